"""Opening the store: which server, which settings, which version of its tables."""

import asyncio
from importlib.resources import files
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgresql+asyncpg": "postgresql+asyncpg",
}


def open_engine(url: str) -> AsyncEngine:
    """The engine of a SQLAlchemy URL, with the asynchronous driver of its server."""
    scheme, _, rest = url.partition("://")
    if scheme not in _DRIVERS:
        raise ValueError("SYNCPROOF_STORE is a sqlite:/// or postgresql:// URL")
    engine = create_async_engine(f"{_DRIVERS[scheme]}://{rest}", pool_pre_ping=True)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine.sync_engine, "connect", _sqlite_settings)
        sa.event.listen(engine.sync_engine, "begin", _sqlite_begin)
    return engine


def _sqlite_settings(connection: Any, _: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "busy_timeout=30000",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: sa.Connection) -> None:
    """A transaction that will write takes its lock first; one that upgrades later may fail."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


async def upgrade(engine: AsyncEngine) -> None:
    """Bring the tables to this version."""
    if engine.url.database and engine.dialect.name == "sqlite":
        await asyncio.to_thread(Path(engine.url.database).parent.mkdir, parents=True, exist_ok=True)
    async with engine.begin() as connection:
        await connection.run_sync(_upgrade)


def _upgrade(connection: sa.Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(files("syncproof.store") / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
