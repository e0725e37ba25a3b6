"""One session with a PostgreSQL server, with the settings that canonical text needs."""

import asyncio
import ssl
import tempfile
from pathlib import Path
from typing import Any

import asyncpg

from syncproof.databases.postgresql.failures import translated
from syncproof.domain.errors import ConnectionFailed, ConnectionLost, ServerBusy
from syncproof.ports.database import Address, Limits, Tls

KILL_SECONDS = 2.0

SETTINGS = {
    "application_name": "syncproof",
    "default_transaction_read_only": "on",
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "bytea_output": "hex",
    "lc_monetary": "C",
    "search_path": "pg_catalog",
    "row_security": "off",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "standard_conforming_strings": "on",
    "lock_timeout": "30s",
}
"""`row_security` off makes hidden rows an error instead of a silent part of the table. Several
statements run side by side already, and workers would be more than the caller has allowed."""


async def open_session(address: Address, limits: Limits) -> "asyncpg.Connection[Any]":
    """The first of the address's hosts that answers, settings made. Raises ConnectionFailed."""
    failure: Exception | None = None
    for host, port in address.hosts:
        try:
            return await _open(address, host, port, limits)
        except (ConnectionFailed, ConnectionLost, ServerBusy) as error:
            failure = error
    raise ConnectionFailed(**getattr(failure, "parameters", {})) from failure


async def _open(
    address: Address, host: str, port: int, limits: Limits
) -> "asyncpg.Connection[Any]":
    settings = SETTINGS | {"statement_timeout": str(int(limits.statement_seconds * 1000))}
    try:
        with translated(f"{host}:{port}"):
            session = await asyncpg.connect(
                host=host,
                port=port,
                user=address.user,
                password=address.password.reveal(),
                database=address.database or "postgres",
                timeout=limits.connect_seconds,
                ssl=encryption(address.tls),
                statement_cache_size=0,
                server_settings=settings,
            )
            digits = "1" if session.get_server_version() >= (12,) else "3"
            await session.execute(f"SET extra_float_digits = {digits}")
            return session
    except TimeoutError as error:
        raise ConnectionFailed(server=f"{host}:{port}", detail="no answer in time") from error


def encryption(tls: Tls) -> ssl.SSLContext | bool:
    """The context of a TLS mode; False without encryption."""
    if tls.mode == "disable":
        return False
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


async def kill(session: "asyncpg.Connection[Any]", address: Address, limits: Limits) -> None:
    """Stop what a session does on its server and close it, within two seconds."""
    number = session.get_server_pid()
    session.terminate()
    try:
        async with asyncio.timeout(KILL_SECONDS):
            other = await open_session(address, limits)
            try:
                await other.execute(f"SELECT pg_terminate_backend({number})")
            finally:
                other.terminate()
    except (TimeoutError, ConnectionFailed, asyncpg.PostgresError, OSError):
        return  # it has ended by itself, or the server is gone
