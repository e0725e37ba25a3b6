"""What every test may ask for: real servers, and empty databases on them."""

import os
import signal
import uuid
from collections.abc import Callable, Iterator

import pytest

from tests import servers
from tests.servers import Server


def pytest_configure() -> None:
    """Let a SIGTERM end the run as ctrl-c does, so that the servers are stopped."""
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture(scope="session")
def mysql() -> Server:
    return _required(servers.mysql)


@pytest.fixture(scope="session")
def mysql_second() -> Server:
    return _required(servers.mysql_second)


@pytest.fixture(scope="session")
def mariadb() -> Server:
    return _required(servers.mariadb)


@pytest.fixture(scope="session")
def mariadb_second() -> Server:
    return _required(servers.mariadb_second)


@pytest.fixture(scope="session")
def postgresql() -> Server:
    return _required(servers.postgresql)


@pytest.fixture(scope="session")
def postgresql_second() -> Server:
    return _required(servers.postgresql_second)


@pytest.fixture
def fresh_database() -> Iterator[Callable[[Server], str]]:
    """Makes empty databases, each with a name of its own, and drops them after the test."""
    made: list[tuple[Server, str]] = []

    def make(server: Server) -> str:
        name = f"test_{uuid.uuid4().hex[:12]}"
        servers.create_database(server, name)
        made.append((server, name))
        return name

    yield make
    for server, name in reversed(made):
        servers.drop_database(server, name)


def _required(start: Callable[[], Server]) -> Server:
    """A server, or a skip that says why there is none; under CI that is a failure."""
    try:
        return start()
    except servers.Unavailable as reason:
        if os.environ.get("CI"):
            pytest.fail(f"no server: {reason}")
        pytest.skip(f"no server: {reason}")
