"""MySQL and MariaDB: what goes wrong is an error, never the end of the data."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from syncproof.domain.chunk import Chunk, Range
from syncproof.domain.digest import Fold
from syncproof.domain.errors import (
    ConnectionFailed,
    ConnectionLost,
    MissingRight,
    StatementFailed,
    StatementTimeout,
    SyncproofError,
)
from syncproof.domain.table import TableName
from syncproof.ports.database import Database, Limits, Reading, Secret, Tls
from tests.contracts.cutting import cutter
from tests.contracts.tables import (
    ALL,
    administrator,
    all_rows,
    described,
    gathered,
    opened,
    reading,
)
from tests.servers import Server

Fresh = Callable[[Server], str]
ROWS = 20_000
SLOW = "SLEEP(0.001) = 0"
"""A condition that makes every row take a while: given to a reading directly, unchecked."""


@pytest.fixture(params=["mysql", "mariadb"])
def server(request: pytest.FixtureRequest) -> Server:
    chosen: Server = request.getfixturevalue(request.param)
    return chosen


@pytest.fixture
def name(server: Server, fresh_database: Fresh) -> TableName:
    """A table of a few megabytes."""
    name = TableName(fresh_database(server), "t")
    with administrator(server, name.database) as cursor:
        cursor.execute(f"CREATE TABLE {name} (id INT PRIMARY KEY, v VARCHAR(200))")
        values = ", ".join(f"({i}, REPEAT('x', 150))" for i in range(ROWS))
        cursor.execute(f"INSERT INTO {name} VALUES {values}")
    return name


def streams(database: Database, wanted: Reading) -> Sequence[AsyncIterator[list[Any]]]:
    return [
        database.rows(wanted, ALL),
        database.hashes(wanted, ALL),
        database.ordered_rows(wanted, ALL),
    ]


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("kind", range(3))
async def test_T1_a_connection_that_is_cut_is_no_end_of_data(
    kind: int, reset: bool, server: Server, name: TableName
) -> None:
    async with cutter(server.host, server.port) as proxy:
        hosts = (("127.0.0.1", proxy.port),)
        async with opened(server, hosts=hosts) as database:
            wanted = reading(await described(database, name))
            for allow in (1, 300, 4096, 100_000, 555_555):
                proxy.allow, proxy.reset = allow, reset
                with pytest.raises(ConnectionLost):
                    await gathered(streams(database, wanted)[kind])
                proxy.allow = None
                assert len(await gathered(streams(database, wanted)[kind])) == ROWS


async def test_T1_a_session_that_is_killed_is_no_end_of_data(
    server: Server, name: TableName
) -> None:
    async with opened(server) as database:
        wanted = reading(await described(database, name), condition=SLOW)
        rows = database.rows(wanted, ALL)
        task = asyncio.ensure_future(gathered(rows))
        with administrator(server) as cursor:
            number = await running(cursor, name)
            cursor.execute(f"KILL {number}")
        with pytest.raises(ConnectionLost):
            await task
        assert await database.count(replace(wanted, condition=None), ALL) == ROWS


async def running(cursor: Any, name: TableName) -> int:
    """The session that reads the table, as soon as there is one."""
    while not (found := sessions(cursor, name)):
        await asyncio.sleep(0)
    return found[0]


def sessions(cursor: Any, name: TableName) -> list[int]:
    cursor.execute(
        "SELECT id FROM information_schema.processlist"
        " WHERE info LIKE %s AND id <> CONNECTION_ID()",
        (f"%{name.database}%SLEEP%",),
    )
    return [int(record[0]) for record in cursor.fetchall()]


@pytest.mark.parametrize("kind", ["count", "digests", "rows", "ordered"])
async def test_T24_a_cancelled_task_leaves_no_statement_behind(
    kind: str, server: Server, name: TableName
) -> None:
    async with opened(server) as database:
        wanted = reading(await described(database, name), condition=SLOW)
        works: dict[str, Callable[[], Coroutine[Any, Any, object]]] = {
            "count": lambda: database.count(wanted, ALL),
            "digests": lambda: database.digests(wanted, [ALL, ALL]),
            "rows": lambda: gathered(database.rows(wanted, ALL)),
            "ordered": lambda: gathered(database.ordered_rows(wanted, ALL)),
        }
        task = asyncio.ensure_future(works[kind]())
        with administrator(server) as cursor:
            await running(cursor, name)
            started = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            while sessions(cursor, name):
                assert time.monotonic() - started < 2
                await asyncio.sleep(0)
        assert await database.count(replace(wanted, condition=None), ALL) == ROWS


async def test_T24_a_stream_that_nobody_reads_on_leaves_no_statement_behind(
    server: Server, name: TableName
) -> None:
    async with opened(server, Limits(connections=1)) as database:
        wanted = reading(await described(database, name))
        rows = database.rows(wanted, ALL)
        assert await anext(rows)
        await rows.aclose()  # type: ignore[attr-defined]
        assert await database.count(wanted, ALL) == ROWS


async def test_closing_stops_what_runs(server: Server, name: TableName) -> None:
    database = opened(server)
    async with database:
        wanted = reading(await described(database, name), condition=SLOW)
        task = asyncio.ensure_future(database.count(wanted, ALL))
        with administrator(server) as cursor:
            await running(cursor, name)
            started = time.monotonic()
            await database.close()
            with pytest.raises(SyncproofError):
                await task
            while sessions(cursor, name):
                assert time.monotonic() - started < 2
                await asyncio.sleep(0)
    await database.close()


async def test_the_server_itself_ends_a_statement_that_takes_too_long(
    server: Server, name: TableName
) -> None:
    async with opened(server, Limits(connections=1, statement_seconds=0.2)) as database:
        wanted = reading(await described(database, name), condition=SLOW)
        for fold in Fold:
            with pytest.raises(StatementTimeout):
                await database.digests(replace(wanted, fold=fold), [ALL])
        with pytest.raises(StatementTimeout):
            await gathered(database.rows(wanted, ALL))
        assert await database.count(wanted, Chunk(Range(("0",), ("5",)))) == 5


async def test_connections_are_bounded_and_end_with_the_database(
    server: Server, name: TableName
) -> None:
    with account(server, f"ON {name.database}.* ") as (user, cursor):
        async with opened(server, Limits(connections=2), user=user, password=Secret("pass")) as own:
            wanted = reading(await described(own, name))
            counts = await asyncio.gather(*(own.count(wanted, ALL) for _ in range(20)))
            assert set(counts) == {ROWS}
            assert connections(cursor, user) == 2
        started = time.monotonic()
        while connections(cursor, user):
            assert time.monotonic() - started < 2
            await asyncio.sleep(0)


@contextmanager
def account(server: Server, scope: str = "") -> Iterator[tuple[str, Any]]:
    """A user of one's own, password `pass`, who may read the scope."""
    user = f"u{uuid.uuid4().hex[:10]}"
    with administrator(server) as cursor:
        cursor.execute(f"CREATE USER {user}@'%' IDENTIFIED BY 'pass'")
        try:
            if scope:
                cursor.execute(f"GRANT SELECT {scope} TO {user}@'%'")
            yield user, cursor
        finally:
            cursor.execute(f"DROP USER {user}@'%'")


def connections(cursor: Any, user: str) -> int:
    cursor.execute("SELECT COUNT(*) FROM information_schema.processlist WHERE user = %s", (user,))
    return int(cursor.fetchall()[0][0])


async def test_nothing_is_written(server: Server, name: TableName) -> None:
    async with opened(server) as database:
        wanted = reading(await described(database, name))
        session = await database._pool._make()  # type: ignore[attr-defined]
        with pytest.raises(StatementFailed) as raised:
            await session.all(f"DELETE FROM {name}")
        await database._pool._discard(session)  # type: ignore[attr-defined]
        assert "1792" in str(raised.value)
        assert len(await all_rows(database, wanted)) == ROWS


async def test_a_wrong_password_is_no_connection_and_is_told_to_nobody(server: Server) -> None:
    wrong = Secret("correct horse battery")
    with pytest.raises(ConnectionFailed) as raised:
        await opened(server, password=wrong).connect()
    shown = f"{raised.value!r} {raised.value.parameters} {raised.value.__cause__!r}"
    assert "ccess denied" in shown
    assert "correct horse" not in shown


async def test_the_first_host_that_answers_is_taken(server: Server) -> None:
    hosts = (("127.0.0.1", 1), (server.host, server.port))
    async with opened(server, hosts=hosts) as database:
        assert database.capabilities.family == server.family
    with pytest.raises(ConnectionFailed):
        await opened(server, hosts=hosts[:1]).connect()


async def test_a_server_that_never_answers_is_given_up(server: Server) -> None:
    accepted: list[asyncio.StreamWriter] = []
    silent = await asyncio.start_server(lambda _, writer: accepted.append(writer), "127.0.0.1", 0)
    host, port = silent.sockets[0].getsockname()
    with pytest.raises(ConnectionFailed):
        await opened(server, Limits(connect_seconds=0.3), hosts=((host, port),)).connect()
    for writer in accepted:
        writer.close()
        await writer.wait_closed()
    silent.close()


async def test_a_missing_right_is_named(server: Server, name: TableName) -> None:
    async with opened(server) as root:
        wanted = reading(await described(root, name))
    with account(server) as (user, _):
        async with opened(server, user=user, password=Secret("pass")) as database:
            with pytest.raises(MissingRight):
                await database.count(wanted, ALL)
            assert await database.tables(name.database) == []


async def test_a_connection_is_encrypted_where_it_must_be(mysql: Server) -> None:
    async with opened(mysql, tls=Tls(mode="require")) as database:
        session = await database._pool._make()  # type: ignore[attr-defined]
        ((_, cipher),) = await session.all("SHOW STATUS LIKE 'Ssl_cipher'")
        await database._pool._discard(session)  # type: ignore[attr-defined]
        assert cipher
    with pytest.raises(ConnectionFailed):
        await opened(mysql, tls=Tls(mode="verify-full")).connect()
