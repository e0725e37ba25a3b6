"""A real service for tests: uvicorn on a free port, a worker inside, everything over HTTP.

The socket listens before the server's thread begins, so a client may connect at once: whoever
comes early waits in the socket's queue, and nobody has to poll.
"""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from syncproof.api.app import application
from syncproof.bootstrap import Services, services
from syncproof.domain.principal import Role
from syncproof.settings import Settings

PASSWORD = "a pass word, and a long one"


@dataclass
class Account:
    """A user with a password and an access key in one project."""

    name: str
    project: str
    project_name: str
    access: str
    secret: str


@dataclass
class Serving:
    """A running service: its address, and accounts by name: admin, operator, reader, stranger
    (an operator of another project), limited (whose access key nobody else uses)."""

    url: str
    settings: Settings
    accounts: dict[str, Account]
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def project(self) -> str:
        return self.accounts["operator"].project

    def login(self, name: str, password: str = PASSWORD, **scope: Any) -> httpx.Response:
        user = {"name": name, "password": password, "domain": {"name": "Default"}}
        scope = scope or {"project": {"id": self.accounts[name].project}}
        auth = {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": scope,
        }
        return httpx.post(f"{self.url}/v3/auth/tokens", json={"auth": auth}, timeout=30)

    def token(self, name: str) -> str:
        if name not in self.tokens:
            self.tokens[name] = self.login(name).headers["X-Subject-Token"]
        return self.tokens[name]

    def client(self, name: str = "operator", **headers: str) -> httpx.Client:
        """A client whose requests carry the account's token."""
        return httpx.Client(
            base_url=self.url,
            headers={"X-Auth-Token": self.token(name), **headers},
            timeout=60,
        )


@contextmanager
def serving(home: Path, **knobs: Any) -> Iterator[Serving]:
    """A service over an empty store in a folder, stopped at the end of the block."""
    settings = Settings(home=str(home), admin_password=PASSWORD, **knobs)
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))  # create_server names no protocol: no TCP_NODELAY
    listening.listen()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    accounts: dict[str, Account] = {}
    ready, ended = threading.Event(), []
    server = uvicorn.Server(uvicorn.Config(lambda: None, log_config=None, access_log=False))

    async def serve() -> None:
        async with services(settings) as built:
            accounts.update(await _accounts(built))
            server.config = uvicorn.Config(application(built), log_config=None, access_log=False)
            working = asyncio.create_task(built.worker.run())
            ready.set()
            await server.serve(sockets=[listening])
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:  # told to the test, which runs in another thread
            ended.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=run, name="serving")
    thread.start()
    try:
        ready.wait()
        if ended:
            raise ended[0]
        yield Serving(url, settings, accounts)
    finally:
        server.should_exit = True
        thread.join()
    if ended:
        raise ended[0]


async def _accounts(built: Services) -> dict[str, Account]:
    """The accounts of a service, made in its store."""
    identity = built.identity
    other = (await identity.add_project("other")).name
    places = {"operator": "default", "reader": "default", "limited": "default", "stranger": other}
    for name, project in places.items():
        user = await identity.add_user(name, PASSWORD)
        role = Role.READER if name == "reader" else Role.OPERATOR
        await identity.grant(user.id, (await identity.project(project)).id, role)
    made = {}
    for name, project in {"admin": "default", **places}.items():
        credential, secret = await identity.add_credential(name, project)
        made[name] = Account(name, credential.project, project, credential.access, secret)
    return made


@pytest.fixture(scope="session", name="serving")
def running_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A service for every test of the session."""
    with serving(tmp_path_factory.mktemp("serving")) as running:
        yield running
