"""Builds everything from the settings: the one place where all rooms meet."""

import base64
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from syncproof.databases.registry import open_database
from syncproof.domain.comparison import Options
from syncproof.domain.errors import InvalidParameter
from syncproof.domain.job import Endpoint
from syncproof.domain.principal import Role
from syncproof.identity.builtin import BuiltinIdentity, Sealing
from syncproof.ports.database import Address, Database, Limits, Secret, Tls
from syncproof.service.comparisons import ComparisonService
from syncproof.service.jobs import JobService
from syncproof.service.results import ResultService
from syncproof.service.worker import Worker
from syncproof.settings import Settings
from syncproof.store.secrets import SecretBox
from syncproof.store.store import Store


@dataclass(frozen=True, slots=True)
class Services:
    """What the front doors speak to."""

    settings: Settings
    jobs: JobService
    comparisons: ComparisonService
    results: ResultService
    identity: BuiltinIdentity
    worker: Worker
    box: SecretBox
    made_password: Path | None
    """The file of the password that this start made for admin."""


def now() -> int:
    """Epoch milliseconds."""
    return time.time_ns() // 1_000_000


@asynccontextmanager
async def services(settings: Settings) -> AsyncIterator[Services]:
    """Everything, over an open store that is of this version; closed at the end of the block."""
    settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    async with Store(settings.store_url, settings.key_file) as store:
        yield await _built(settings, store)


async def _built(settings: Settings, store: Store) -> Services:
    def opened(endpoint: Endpoint, options: Options) -> Database:
        return _database(endpoint, options, store.box)

    defaults = Options(
        difference_limit=settings.difference_limit,
        connections=settings.connections,
        statement_seconds=settings.statement_seconds,
    )
    jobs = JobService(store.jobs, store.comparisons, opened, now)
    token_key = base64.urlsafe_b64encode(store.box.derived("tokens"))
    identity = BuiltinIdentity(
        store.identities,
        Sealing(store.box.seal, store.box.open, token_key),
        now,
        settings.token_hours,
        settings.signature_seconds,
    )
    return Services(
        settings=settings,
        jobs=jobs,
        comparisons=ComparisonService(
            store.jobs, store.comparisons, store.findings, opened, now, defaults
        ),
        results=ResultService(store.comparisons, store.findings),
        identity=identity,
        worker=Worker(
            store.jobs,
            store.comparisons,
            store.findings,
            opened,
            now,
            settings.comparisons,
            settings.lease_seconds,
            jobs.establish,
        ),
        box=store.box,
        made_password=await _first_start(settings, store, identity),
    )


def _database(endpoint: Endpoint, options: Options, box: SecretBox) -> Database:
    tls = Tls(
        endpoint.tls.get("mode", "disable"),
        endpoint.tls.get("authority"),
        endpoint.tls.get("certificate"),
        box.open(endpoint.tls["key"]) if "key" in endpoint.tls else None,
    )
    password = Secret(box.open(endpoint.secret) if endpoint.secret else "")
    address = Address(
        endpoint.family, endpoint.hosts, endpoint.user, password, endpoint.database, tls
    )
    return open_database(address, Limits(options.connections, options.statement_seconds))


async def _first_start(settings: Settings, store: Store, identity: BuiltinIdentity) -> Path | None:
    """Make admin and its project where they are not there; the file of a password made for it."""
    if await store.identities.user(name="admin") is not None:
        return None
    password = settings.admin_password or secrets.token_urlsafe(18)
    try:
        user = await identity.add_user("admin", password, admin=True)
        project = await identity.add_project("default")
    except InvalidParameter:
        return None  # another process was faster
    await store.identities.grant(user.id, project.id, Role.OPERATOR)
    if settings.admin_password:
        return None
    path = settings.folder / "admin.password"
    path.touch(0o600)
    path.write_text(password + "\n")
    return path
