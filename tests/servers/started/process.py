"""Server processes of ours: started on a free port, stopped with the test run, by their own id."""

import atexit
import contextlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from tests.servers.databases import is_ready
from tests.servers.server import Server, Unavailable

LOOPBACK = "127.0.0.1"
_LAUNCH = Path(__file__).with_name("launch.py")
_SECONDS_TO_START = 90
_SECONDS_TO_STOP = 10
_ATTEMPTS = 3  # another process may take the free port before the server does


def data_folder(family: str) -> Path:
    """A new temporary folder that goes away with this process, reachable by every user."""
    folder = Path(tempfile.mkdtemp(prefix=f"syncproof-{family}-"))
    folder.chmod(0o755)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def run(command: Sequence[object], *, user: str = "", log: Path, stdin: bytes = b"") -> None:
    """Run a program to its end. Raises `Unavailable` with the end of its log if it fails."""
    with log.open("ab") as output:
        done = subprocess.run(
            _launched(command, user), input=stdin, stdout=output, stderr=output, check=False
        )
    if done.returncode:
        raise Unavailable(f"{Path(str(command[0])).name} failed: {_end_of(log)}")


def serve(
    server_at: Callable[[int], Server],
    command_at: Callable[[int], Sequence[object]],
    *,
    log: Path,
    user: str = "",
    stop: signal.Signals = signal.SIGTERM,
) -> Server:
    """Start a server on a free port and wait until its superuser can log in.

    Raises `Unavailable` with the end of its log if it stops, or is not ready in 90 seconds.
    """
    for _ in range(_ATTEMPTS):
        port = free_port()
        with log.open("ab") as output:
            process = subprocess.Popen(
                _launched(command_at(port), user),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # a ctrl-c is for us, and we stop the server
            )
        atexit.register(_stop, process, stop)
        server = server_at(port)
        if wait_until_ready(server, partial(_is_running, process)):
            return server
        _stop(process, stop)
    raise Unavailable(f"{server.family} does not start: {_end_of(log)}")


def wait_until_ready(server: Server, is_alive: Callable[[], bool]) -> bool:
    """Whether the server became ready while it was alive; waits 90 seconds at most."""
    deadline = time.monotonic() + _SECONDS_TO_START
    while is_alive() and time.monotonic() < deadline:
        if is_ready(server):
            return True
        time.sleep(0.1)
    return False


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        port: int = listener.getsockname()[1]
        return port


def _launched(command: Sequence[object], user: str) -> list[str]:
    return [sys.executable, "-S", "-E", str(_LAUNCH), user, *map(str, command)]


def _is_running(process: subprocess.Popen[bytes]) -> bool:
    return process.poll() is None


def _stop(process: subprocess.Popen[bytes], stop: signal.Signals) -> None:
    if process.poll() is not None:
        return
    process.send_signal(stop)
    try:
        process.wait(_SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_SECONDS_TO_STOP)


def _end_of(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:].strip() or "without a word"
