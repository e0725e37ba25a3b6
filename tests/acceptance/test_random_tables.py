"""Two hundred tables of random shape on real servers: what was planted is found, and no more.

A run prints its seed; SYNCPROOF_TEST_SEED repeats it.
"""

import os
import random
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import aclosing, closing

import psycopg
import pymysql
import pytest

from syncproof.databases.registry import open_database
from syncproof.domain.comparison import ComparisonKind, Options, TablePair
from syncproof.domain.difference import Outcome, Verdict
from syncproof.domain.events import ChunkDone, TableDone
from syncproof.domain.table import TableName
from syncproof.engine import buckets, course, hashed, memory
from syncproof.engine.run import Task, compare
from tests.acceptance.random_tables import Drawn, Texts, Value, draw
from tests.contracts.tables import address
from tests.servers import Server

TABLES = 34
"""Of each of the six pairings."""
SEED = int(os.environ.get("SYNCPROOF_TEST_SEED") or random.SystemRandom().randrange(10**9))

PAIRINGS = [
    ("mysql", "mysql_second"),
    ("postgresql", "postgresql_second"),
    ("mysql", "postgresql"),
    ("postgresql", "mysql"),
    ("mariadb", "mysql"),
    ("mysql", "mariadb"),
]


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that hundreds of rows go the ways of millions."""
    monkeypatch.setattr(memory.Measure, "most_rows", property(lambda _: 32))
    monkeypatch.setattr(course, "FIRST_ROWS", 64)
    monkeypatch.setattr(course, "LEAST_ROWS", 16)
    monkeypatch.setattr(buckets, "ROWS_A_BUCKET", 16)
    monkeypatch.setattr(hashed, "WHOLE_ROWS", 100)
    monkeypatch.setattr(hashed, "FIRST_STEP", 40)


@pytest.mark.parametrize("pairing", PAIRINGS, ids="-".join)
async def test_what_was_planted_is_found_and_no_more(
    pairing: tuple[str, str],
    request: pytest.FixtureRequest,
    fresh_database: Callable[[Server], str],
) -> None:
    print(f"SYNCPROOF_TEST_SEED={SEED}")
    dice = random.Random(f"{SEED} {pairing}")
    drawn = [draw(dice, number) for number in range(TABLES)]
    sides = []
    for name, side in zip(pairing, ("source", "target"), strict=True):
        server = request.getfixturevalue(name)
        sides.append((server, fresh_database(server)))
        _fill(*sides[-1], drawn, side)
    verdicts, found = await _compared(sides, drawn)
    for table in drawn:
        expected = table.expected()
        assert found[table.name] == expected, (SEED, table.name)
        verdict = verdicts[table.name]
        assert verdict.outcome is (Outcome.INCONSISTENT if expected else Outcome.CONSISTENT)
        assert (verdict.source_rows, verdict.target_rows) == (len(table.source), len(table.target))
        assert verdict.differences == expected.total()


def _fill(server: Server, database: str, drawn: Sequence[Drawn], side: str) -> None:
    """Make the tables with the rows of one side."""
    if server.family == "postgresql":
        with psycopg.connect(server.dsn(database), autocommit=True) as connection:
            for table in drawn:
                connection.execute(
                    f"CREATE TABLE {table.name} ({table.definition(server.family)})".encode()
                )
                marks = ", ".join(["%s"] * len(table.columns))
                with connection.transaction(), connection.cursor() as cursor:
                    cursor.executemany(
                        f"INSERT INTO {table.name} VALUES ({marks})".encode(), getattr(table, side)
                    )
        return
    with (
        closing(
            pymysql.connect(
                host=server.host,
                port=server.port,
                user=server.user,
                password=server.password,
                database=database,
            )
        ) as connection,
        connection.cursor() as cursor,
    ):
        for table in drawn:
            cursor.execute(f"CREATE TABLE {table.name} ({table.definition(server.family)})")
            marks = ", ".join(["%s"] * len(table.columns))
            rows = [tuple(map(_exactly, row)) for row in getattr(table, side)]
            cursor.executemany(f"INSERT INTO {table.name} VALUES ({marks})", rows)
        connection.commit()


def _exactly(value: Value) -> Value:
    """PyMySQL writes doubles with too few digits, and texts it leaves alone."""
    return repr(value) if isinstance(value, float) else value


async def _compared(
    sides: Sequence[tuple[Server, str]], drawn: Sequence[Drawn]
) -> tuple[dict[str, Verdict], dict[str, Counter[tuple[str, Texts, frozenset[str]]]]]:
    """Every table's verdict and differences, by one comparison."""
    here, there = (
        "public" if server.family == "postgresql" else database for server, database in sides
    )
    pairs = tuple(TablePair(TableName(here, t.name), TableName(there, t.name)) for t in drawn)
    ends = [open_database(address(server, database=database)) for server, database in sides]
    verdicts: dict[str, Verdict] = {}
    found: dict[str, Counter[tuple[str, Texts, frozenset[str]]]] = {
        table.name: Counter() for table in drawn
    }
    async with ends[0] as source, ends[1] as target:
        task = Task(ComparisonKind.CONTENTS, pairs, Options(connections=3))
        async with aclosing(compare(task, source, target)) as events:
            async for event in events:
                name = event.pair.source.name
                if isinstance(event, TableDone):
                    verdicts[name] = event.verdict
                elif isinstance(event, ChunkDone):
                    for difference in event.differences:
                        changed = difference.kind.value == "changed"
                        columns = {c.name for c in difference.columns} if changed else set()
                        where = difference.kind.value, difference.key, frozenset(columns)
                        found[name][where] += difference.copies
    return verdicts, found
