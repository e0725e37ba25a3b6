"""A running service for the tests of a module."""

from collections.abc import Iterator

import pytest

from tests.acceptance.service import Client, Service, free_port
from tests.serving import running_service

__all__ = ["client", "running_service", "service"]


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """`syncproof serve` as a process, for every test of the session."""
    home = tmp_path_factory.mktemp("service") / "home"
    running = Service(home, free_port(), {"SYNCPROOF_QUICK_COMPARISON": "admin"})
    running.start()
    yield running
    running.kill()


@pytest.fixture(scope="session")
def client(service: Service) -> Client:
    """A caller with a token."""
    return Client(service)
