"""Servers in containers, where a Docker engine is running."""

import atexit
import functools
import shutil
import subprocess
from collections.abc import Sequence

from tests.servers.server import Server, Unavailable
from tests.servers.started import mysql as _mysql
from tests.servers.started import postgresql as _postgresql
from tests.servers.started.process import LOOPBACK, wait_until_ready

_SECONDS_TO_ANSWER = 10
_SECONDS_TO_PULL = 300


def mysql() -> Server:
    environment = {"MYSQL_ROOT_PASSWORD": _mysql.PASSWORD, "MYSQL_ROOT_HOST": "%"}
    return _start("mysql", "mysql:9", 3306, environment, _mysql.MYSQL_OPTIONS)


def mariadb() -> Server:
    environment = {"MARIADB_ROOT_PASSWORD": _mysql.PASSWORD, "MARIADB_ROOT_HOST": "%"}
    return _start("mariadb", "mariadb:10.11", 3306, environment, _mysql.OPTIONS)


def postgresql() -> Server:
    options = [f"--{name}={value}" for name, value in _postgresql.OPTIONS.items()]
    environment = {"POSTGRES_PASSWORD": _postgresql.PASSWORD}
    return _start("postgresql", "postgres:18", 5432, environment, options)


def _start(
    family: str, image: str, port: int, environment: dict[str, str], options: Sequence[str]
) -> Server:
    _require_engine()
    _docker("pull", "--quiet", image)
    variables = [f"--env={name}={value}" for name, value in environment.items()]
    publish = f"--publish={LOOPBACK}::{port}"
    container = _docker("run", "--detach", "--rm", publish, *variables, image, *options)
    atexit.register(_docker, "rm", "--force", "--volumes", container)
    published = int(_docker("port", container, str(port)).splitlines()[0].rsplit(":", 1)[1])
    user = "postgres" if family == "postgresql" else "root"
    server = Server(family, LOOPBACK, published, user, "secret")
    if not wait_until_ready(server, lambda: True):
        raise Unavailable(f"the container of {image} does not answer")
    return server


@functools.cache
def _engine_answers() -> bool:
    if shutil.which("docker") is None:
        return False
    try:
        asked = subprocess.run(
            ["docker", "info"], capture_output=True, timeout=_SECONDS_TO_ANSWER, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return asked.returncode == 0


def _require_engine() -> None:
    if not _engine_answers():
        raise Unavailable("no Docker engine is running")


def _docker(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["docker", *arguments],
            capture_output=True,
            text=True,
            timeout=_SECONDS_TO_PULL,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise Unavailable(f"docker {arguments[0]} takes too long") from late
    if done.returncode:
        raise Unavailable(f"docker {arguments[0]} failed: {done.stderr[-500:].strip()}")
    return done.stdout.strip()
