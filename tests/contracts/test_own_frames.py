"""Frames in a family's own text, where both sides are alike: rows share a hash exactly when
their canonical texts are the same, whatever stands in them and whether or not it may be NULL."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import replace
from itertools import product

import psycopg
import pymysql
import pytest

from syncproof.databases.registry import open_database
from syncproof.domain.chunk import Chunk
from syncproof.domain.digest import Fingerprint
from syncproof.domain.table import TableName
from syncproof.ports.database import Database, Reading
from tests.contracts.tables import address, all_rows, described, gathered, reading
from tests.servers import Server

TRICKY = [
    None,
    "",
    "~",
    ",",
    ":",
    "1:",
    "1:a",
    "\x01",
    "a\x01",
    "\x01-1",
    "-1",
    "0",
    "ÿ",
    "þÿ",
    "a",
]
"""Whatever a frame could be mistaken by."""
COLUMNS = {
    "mysql": "a varchar(20), b text, c varchar(9) CHARACTER SET latin1, d longtext, f double,"
    " g float, n bigint, x varbinary(20), y longblob, s char(5), t datetime(3), m decimal(9,2)",
    "postgresql": "a varchar(20), b text, c citext_like, d text, f double precision, g real,"
    " n bigint, x bytea, y uuid, s char(5), t timestamp(3), m numeric(9,2), z numeric, k boolean",
}
SOME = {
    "mysql": [
        "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
        "'', '', '', '', 0, 0, 0, '', '', '', '2020-01-01', 0",
        "'~', '~', '~', '~', -0e0, -0e0, 1, X'FE', X'FF', '~', '2020-01-01 00:00:00.5', -1",
        "NULL, '', NULL, '', NULL, 0, NULL, '', NULL, '', NULL, 0",
        "'', NULL, '', NULL, 0, NULL, 0, NULL, '', NULL, '2020-01-01', NULL",
        "'a', 'b', 'þ', REPEAT('é', 70000), 1e308, 1.5, -1, X'FEFF', REPEAT(X'00', 70000), 'a',"
        " '9999-12-31 23:59:59.999', 0.01",
        "'a', 'b', 'ÿ', REPEAT('é', 70001), 5e-324, 1.5, -1, X'FEFF', REPEAT(X'00', 70001), 'a',"
        " '9999-12-31 23:59:59.998', -0.01",
    ],
    "postgresql": [
        "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
        "'', '', '', '', 0, 0, 0, '', NULL, '', '2020-01-01', 0, 0, false",
        "'~', '~', '~', '~', '-0', '-0', 1, '\\xfe', NULL, '~', '2020-01-01 00:00:00.5', -1, 1.0,"
        " true",
        "'~', '~', '~', '~', '-0', '-0', 1, '\\xfe', NULL, '~', '2020-01-01 00:00:00.5', -1, 1.00,"
        " true",
        "NULL, '', NULL, '', 'NaN', 0, NULL, '', NULL, '', NULL, 0, 'NaN', NULL",
        "'', NULL, '', NULL, '-Infinity', NULL, 0, NULL, NULL, NULL, 'infinity', NULL, 1e30, NULL",
        "'a', 'b', 'þ', repeat('é', 70000), 1e308, 1.5, -1, '\\x00', gen_random_uuid(), 'a',"
        " '0044-03-15 00:00:00.001 BC', 0.01, 1e-20, false",
    ],
}


@pytest.fixture(params=["mysql", "mariadb", "postgresql"])
def server(request: pytest.FixtureRequest) -> Server:
    """A server of each family."""
    found: Server = request.getfixturevalue(request.param)
    return found


def _run(
    server: Server, database: str, statements: Iterable[tuple[str, tuple[object, ...]]]
) -> None:
    if server.family == "postgresql":
        with psycopg.connect(server.dsn(database), autocommit=True) as connection:
            for statement, values in statements:
                connection.execute(statement.encode(), values or None)
        return
    modes = "SET sql_mode = '', time_zone = '+00:00'"
    with (
        closing(
            pymysql.connect(
                host=server.host,
                port=server.port,
                user=server.user,
                password=server.password,
                database=database,
                autocommit=True,
                init_command=modes,
            )
        ) as connection,
        connection.cursor() as cursor,
    ):
        for statement, values in statements:
            cursor.execute(statement, values)


def _statements(server: Server) -> Iterable[tuple[str, tuple[object, ...]]]:
    kind = "postgresql" if server.family == "postgresql" else "mysql"
    columns = COLUMNS[kind].replace("citext_like", 'text COLLATE "C"')
    number = (
        "bigint GENERATED ALWAYS AS IDENTITY" if kind == "postgresql" else "bigint AUTO_INCREMENT"
    )
    yield f"CREATE TABLE kinds (id {number} PRIMARY KEY, {columns})", ()
    names = ", ".join(part.split()[0] for part in columns.replace("(9,2)", "").split(", "))
    for values in SOME[kind]:
        yield f"INSERT INTO kinds ({names}) VALUES ({values})", ()
    for nullable in ("NULL", "NOT NULL"):
        table = "free" if nullable == "NULL" else "bound"
        pair = f"a varchar(20) {nullable}, b varchar(30) {nullable}"
        yield f"CREATE TABLE {table} (id {number} PRIMARY KEY, {pair})", ()
        for a, b in product(TRICKY, TRICKY):
            if table == "free" or (a is not None and b is not None):
                yield f"INSERT INTO {table} (a, b) VALUES (%s, %s)", (a, b)


@pytest.fixture
def database(server: Server, fresh_database: Callable[[Server], str]) -> tuple[Database, str]:
    """The adapter, not yet connected, and the namespace of the tables."""
    name = fresh_database(server)
    _run(server, name, _statements(server))
    opened = open_database(address(server, database=name))
    return opened, "public" if server.family == "postgresql" else name


async def _read(database: Database, name: TableName, *columns: str) -> Reading:
    own = (
        Fingerprint.HASHTEXT if database.capabilities.family == "postgresql" else Fingerprint.SHA256
    )
    plain = reading(await described(database, name), columns=("id", *columns), fingerprint=own)
    alike = tuple(replace(column, alike=True) for column in plain.columns)
    return replace(plain, columns=alike)


async def _hashes(database: Database, wanted: Reading) -> dict[tuple[str | None, ...], set[str]]:
    """The hashes of each canonical text of the row, less its key."""
    served = replace(wanted, columns=wanted.columns[1:], key=())
    texts = {row[0]: row[1:] for row in await all_rows(database, wanted)}
    rest = replace(served, columns=(*served.columns, replace(wanted.columns[0])))
    unserved = replace(rest.columns[-1], form=replace(rest.columns[-1].form, served=False))
    keyed = replace(rest, columns=(*served.columns, unserved), key=(len(served.columns),))
    found: dict[tuple[str | None, ...], set[str]] = defaultdict(set)
    for row in await gathered(database.hashes(keyed, Chunk())):
        text = tuple(str(cell) if cell is not None else None for cell in texts[row.key[0]])
        found[text].add(row.hash)
    return found


def _is_one_to_one(found: dict[tuple[str | None, ...], set[str]]) -> bool:
    hashes = [hash for each in found.values() for hash in each]
    return len(hashes) == len(set(hashes)) == len(found)


async def test_every_pair_of_tricky_texts_has_a_hash_of_its_own(
    database: tuple[Database, str],
) -> None:
    async with database[0] as opened:
        free = await _hashes(opened, await _read(opened, TableName(database[1], "free"), "a", "b"))
        bound = await _hashes(
            opened, await _read(opened, TableName(database[1], "bound"), "a", "b")
        )
    assert len(free) == len(TRICKY) ** 2
    assert _is_one_to_one(free)
    assert len(bound) == (len(TRICKY) - 1) ** 2
    assert all(free[texts] == hashes for texts, hashes in bound.items())


async def test_every_kind_alone_and_all_together(database: tuple[Database, str]) -> None:
    name = TableName(database[1], "kinds")
    async with database[0] as opened:
        names = [column.name for column in (await described(opened, name)).columns][1:]
        for columns in ([one] for one in names):
            assert _is_one_to_one(await _hashes(opened, await _read(opened, name, *columns)))
        whole = await _hashes(opened, await _read(opened, name, *names))
        assert _is_one_to_one(whole)
        repeated = await _read(opened, name, *names)
        wide = replace(repeated, columns=(repeated.columns[0], *repeated.columns[1:] * 9))
        assert len(await _hashes(opened, wide)) == len(whole)
