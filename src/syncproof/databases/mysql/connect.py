"""One session with a MySQL or MariaDB server, with the settings that canonical text needs."""

import asyncio
import ssl
import tempfile
from pathlib import Path

import asyncmy
import asyncmy.errors

from syncproof.databases.mysql.failures import translated
from syncproof.domain.errors import ConnectionFailed, ConnectionLost
from syncproof.ports.database import Address, Limits, Tls

KILL_SECONDS = 2.0

SETTINGS = (
    "SET SESSION time_zone = '+00:00', sql_mode = 'NO_BACKSLASH_ESCAPES',"
    " net_write_timeout = 600, net_read_timeout = 600, character_set_results = utf8mb4",
    "SET SESSION TRANSACTION READ ONLY",
    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
)
"""Without strictness or NO_ZERO_DATE no read of a stored value fails; without
PAD_CHAR_TO_FULL_LENGTH a CHAR comes without its padding."""


async def open_session(address: Address, limits: Limits) -> "asyncmy.Connection":
    """The first of the address's hosts that answers, settings made. Raises ConnectionFailed."""
    failure: Exception | None = None
    for host, port in address.hosts:
        try:
            return await _open(address, host, port, limits)
        except (ConnectionFailed, ConnectionLost) as error:
            failure = error
    raise ConnectionFailed(**getattr(failure, "parameters", {})) from failure


async def _open(address: Address, host: str, port: int, limits: Limits) -> "asyncmy.Connection":
    server = f"{host}:{port}"
    context = encryption(address.tls)
    try:
        with translated(server):
            session = await asyncio.wait_for(
                asyncmy.connect(
                    host=host,
                    port=port,
                    user=address.user,
                    password=address.password.reveal(),
                    charset="utf8mb4",
                    autocommit=True,
                    connect_timeout=int(limits.connect_seconds),
                    ssl=context,
                ),
                limits.connect_seconds,
            )
    except TimeoutError as error:
        raise ConnectionFailed(server=server, detail="no answer in time") from error
    with translated(server):
        async with session.cursor() as cursor:
            for setting in SETTINGS:
                await cursor.execute(setting)
            await cursor.execute(_time_limit(session.get_server_info(), limits))
    return session


def _time_limit(version: str, limits: Limits) -> str:
    if "mariadb" in version.lower():
        return f"SET SESSION max_statement_time = {limits.statement_seconds}"
    return f"SET SESSION max_execution_time = {int(limits.statement_seconds * 1000)}"


def encryption(tls: Tls) -> ssl.SSLContext | None:
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


async def kill(session: "asyncmy.Connection", address: Address, limits: Limits) -> None:
    """Stop what a session does on its server and close it, within two seconds."""
    number = session.thread_id()
    session.close()
    try:
        async with asyncio.timeout(KILL_SECONDS):
            other = await open_session(address, limits)
            try:
                async with other.cursor() as cursor:
                    await cursor.execute(f"KILL {number}")
            finally:
                other.close()
    except (TimeoutError, ConnectionFailed, ConnectionLost, asyncmy.errors.MySQLError):
        return  # it has ended by itself, or the server is gone
