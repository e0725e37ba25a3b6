"""How a test gets a real server: its own, Docker's, the machine's, or one that is downloaded.

Each function gives one server for the life of the process, started at the first call, or raises
`Unavailable` with every reason why there is none. Preferred, in this order: a DSN in the
environment, a running Docker engine, programs on this machine, programs unpacked into the cache.
"""

import os
import threading
from collections.abc import Callable

from tests.servers import docker, started
from tests.servers.databases import create_database, drop_database
from tests.servers.server import Server, Unavailable

__all__ = [
    "Server",
    "Unavailable",
    "create_database",
    "drop_database",
    "mariadb",
    "mariadb_second",
    "mysql",
    "mysql_second",
    "postgresql",
    "postgresql_second",
]

_lock = threading.RLock()
_outcomes: dict[str, Server | Unavailable] = {}


def mysql() -> Server:
    """MySQL 9, with GTIDs and a binary log of rows."""
    return _once("SYNCPROOF_TEST_MYSQL", docker.mysql, started.mysql.start)


def mysql_second() -> Server:
    """Another MySQL, with nothing in common with the first."""
    return _once("SYNCPROOF_TEST_MYSQL_2", docker.mysql, started.mysql.start)


def mariadb() -> Server:
    """MariaDB, with a binary log of rows."""
    return _once("SYNCPROOF_TEST_MARIADB", docker.mariadb, started.mariadb.start)


def mariadb_second() -> Server:
    """Another MariaDB, with nothing in common with the first."""
    return _once("SYNCPROOF_TEST_MARIADB_2", docker.mariadb, started.mariadb.start)


def postgresql() -> Server:
    """PostgreSQL with `wal_level=logical`."""
    return _once("SYNCPROOF_TEST_POSTGRESQL", docker.postgresql, started.postgresql.start)


def postgresql_second() -> Server:
    """Another PostgreSQL, with nothing in common with the first."""
    return _once("SYNCPROOF_TEST_POSTGRESQL_2", docker.postgresql, started.postgresql.start)


def _once(variable: str, *ways: Callable[[], Server]) -> Server:
    """Remember the first success, or the failure: nobody waits twice for the same download."""
    with _lock:
        if variable not in _outcomes:
            _outcomes[variable] = _first(variable, ways)
    outcome = _outcomes[variable]
    if isinstance(outcome, Unavailable):
        raise outcome
    return outcome


def _first(variable: str, ways: tuple[Callable[[], Server], ...]) -> Server | Unavailable:
    if given := os.environ.get(variable):
        return Server.from_dsn(given)
    reasons = [f"{variable} is not set"]
    for way in ways:
        try:
            return way()
        except Unavailable as reason:
            reasons.append(str(reason))
    return Unavailable("; ".join(reasons))
