"""One session with a MySQL or MariaDB server, with the settings that canonical text needs."""

import asyncio
import logging
import ssl
import tempfile
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncmy
import asyncmy.cursors
import asyncmy.errors

from syncproof.databases.mysql.failures import translated
from syncproof.domain.errors import ConnectionFailed, ConnectionLost, SyncproofError
from syncproof.ports.database import Address, Limits, Tls

logging.getLogger("asyncmy").setLevel(logging.ERROR)  # it logs warnings, which quote values

KILL_SECONDS = 1.5
_GRACE_SECONDS = 30.0
"""How long after its own limit a server may stay silent before it is taken for gone."""

_SETTINGS = (
    "SET SESSION time_zone = '+00:00', net_write_timeout = 600, net_read_timeout = 600,"
    " character_set_results = utf8mb4, sql_mode = '{modes}', sql_notes = 0, {limit}",
    "SET SESSION TRANSACTION READ ONLY",
    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
)
_MODES = "NO_BACKSLASH_ESCAPES,ALLOW_INVALID_DATES"
"""Without strictness, NO_ZERO_DATE and NO_ZERO_IN_DATE no read of a stored value fails; without
PAD_CHAR_TO_FULL_LENGTH a CHAR comes without its padding; without ANSI_QUOTES and
PIPES_AS_CONCAT a condition means what it meant when it was checked."""


class Session:
    """A connection and what it is doing. `busy`: a statement may be running on the server."""

    def __init__(self, connection: Any, server: str, host: tuple[str, int]) -> None:
        self.connection = connection
        self.server = server
        self.host = host
        self.busy = False

    async def all(self, statement: str, arguments: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        """Every row of a statement."""
        with self._doing():
            cursor = self.connection.cursor(asyncmy.cursors.Cursor)
            await cursor.execute(statement, list(arguments) or None)
            return list(await cursor.fetchall())

    async def records(self, statement: str, arguments: Sequence[str]) -> list[dict[str, Any]]:
        """Every row of a statement, by the columns' names in lower case."""
        with self._doing():
            cursor = self.connection.cursor(asyncmy.cursors.DictCursor)
            await cursor.execute(statement, list(arguments))
            found = await cursor.fetchall()
        return [{name.lower(): value for name, value in record.items()} for record in found]

    async def stream(self, statement: str, size: int) -> AsyncGenerator[list[tuple[Any, ...]]]:
        """The rows of a statement as they come; the session is busy until the last."""
        with self._doing():
            cursor = self.connection.cursor(asyncmy.cursors.SSCursor)
            await cursor.execute(statement)
            while batch := await cursor.fetchmany(size):
                yield batch

    @contextmanager
    def _doing(self) -> Iterator[None]:
        self.busy = True
        try:
            with translated(self.server):
                yield
        except ConnectionLost:
            raise
        except SyncproofError:
            self.busy = False  # the server itself has ended the statement
            raise
        self.busy = False


async def open_session(address: Address, limits: Limits) -> Session:
    """With the first of the address's hosts that answers, settings made. Raises
    ConnectionFailed, MissingRight, ServerBusy."""
    failure: SyncproofError | None = None
    for host in address.hosts:
        try:
            return await _open(address, host, limits)
        except (ConnectionFailed, ConnectionLost) as error:
            failure = failure or error
    parameters = failure.parameters if failure else {"detail": "no host"}
    raise ConnectionFailed(**parameters) from failure


async def _open(address: Address, host: tuple[str, int], limits: Limits) -> Session:
    server = f"{host[0]}:{host[1]}"
    try:
        async with asyncio.timeout(limits.connect_seconds):
            with translated(server):
                session = Session(await _connection(address, host, limits), server, host)
            for setting in _settings(session.connection.get_server_info(), limits):
                await session.all(setting)
    except TimeoutError as error:
        raise ConnectionFailed(server=server, detail="no answer in time") from error
    return session


async def _connection(address: Address, host: tuple[str, int], limits: Limits) -> Any:
    return await asyncmy.connect(
        host=host[0],
        port=host[1],
        user=address.user,
        password=address.password.reveal(),
        charset="utf8mb4",
        autocommit=True,
        connect_timeout=max(1, int(limits.connect_seconds)),
        read_timeout=limits.statement_seconds + _GRACE_SECONDS,
        ssl=_encryption(address.tls),
    )


def _settings(version: str, limits: Limits) -> list[str]:
    """The statements that make a session ours; what only some versions know is asked there."""
    if "mariadb" in version.lower():
        modes = f"{_MODES},TIME_ROUND_FRACTIONAL"
        limit = f"max_statement_time = {limits.statement_seconds}"
    else:
        modes = _MODES
        limit = f"max_execution_time = {max(1, round(limits.statement_seconds * 1000))}"
        if not version.startswith("5."):
            limit += ", information_schema_stats_expiry = 0"
    return [setting.format(modes=modes, limit=limit) for setting in _SETTINGS]


def _encryption(tls: Tls) -> ssl.SSLContext | None:
    """The context of a TLS mode; None without encryption."""
    if tls.mode == "disable":
        return None
    context = ssl.create_default_context(cadata=tls.authority)
    context.check_hostname = tls.mode == "verify-full"
    if tls.mode == "require":
        context.verify_mode = ssl.CERT_NONE
    if tls.certificate:
        with tempfile.TemporaryDirectory() as folder:
            pem = Path(folder) / "client.pem"
            pem.touch(0o600)
            pem.write_text(f"{tls.certificate}\n{tls.key or ''}")
            context.load_cert_chain(pem)
    return context


async def end_session(session: Session, address: Address, limits: Limits) -> None:
    """Close a session, and within two seconds stop what it still does on its server."""
    number = session.connection.thread_id()
    session.connection.close()
    if not session.busy:
        return
    try:
        async with asyncio.timeout(KILL_SECONDS):
            with translated(session.server):
                other = await _connection(address, session.host, limits)
                try:
                    async with other.cursor() as cursor:
                        await cursor.execute(f"KILL {number}")
                finally:
                    other.close()
    except (TimeoutError, SyncproofError):
        return  # it has ended by itself, or the server is gone
