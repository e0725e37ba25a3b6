"""MySQL and MariaDB sit the examination of the port: catalog, digests, ranges and keys."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from syncproof.databases.mysql import MySQL
from syncproof.databases.mysql.dialect import MySQLDialect
from syncproof.domain.canonical import Form, float_bits
from syncproof.domain.chunk import WHOLE, Buckets, Chunk, KeyValues, Range
from syncproof.domain.difference import Large, Row
from syncproof.domain.digest import Fingerprint, Fold, total
from syncproof.domain.errors import InvalidParameter, NoSuchTable
from syncproof.domain.table import Kind, TableName
from syncproof.ports.database import Database, Reading
from tests.contracts.tables import (
    ALL,
    administrator,
    all_rows,
    described,
    folded,
    gathered,
    halves,
    hashed,
    key_hash,
    opened,
    own,
    reading,
)
from tests.servers import Server

Fresh = Callable[[Server], str]


@pytest.fixture(params=["mysql", "mariadb"])
def server(request: pytest.FixtureRequest) -> Server:
    chosen: Server = request.getfixturevalue(request.param)
    return chosen


def made(server: Server, database: str, *statements: str) -> TableName:
    """Runs the statements in the database; its table is `t`."""
    with administrator(server, database, "ALLOW_INVALID_DATES") as cursor:
        for statement in statements:
            cursor.execute(statement)
    return TableName(database, "t")


# -- catalog


async def test_a_server_says_what_it_can(server: Server) -> None:
    async with opened(server) as one, opened(server) as other:
        assert one.capabilities == other.capabilities
        assert one.capabilities.family == server.family
        assert one.capabilities.fingerprints[0] is Fingerprint.SHA256
        assert one.capabilities.packet_bytes >= 1 << 20


async def test_two_servers_have_two_identities(mysql: Server, mysql_second: Server) -> None:
    async with opened(mysql) as one, opened(mysql_second) as other:
        assert one.capabilities.identity != other.capabilities.identity


async def test_T7_md5_is_offered_only_where_it_works(server: Server) -> None:
    async with opened(server) as database:
        offered = Fingerprint.MD5 in database.capabilities.fingerprints
    with administrator(server) as cursor:
        try:
            cursor.execute("SELECT MD5('a')")
            works = True
        except Exception:
            works = False
    assert offered == works


async def test_databases_and_tables_are_listed_without_the_servers_own(
    server: Server, fresh_database: Fresh
) -> None:
    name = made(
        server,
        fresh_database(server),
        "CREATE TABLE t (id INT PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 3",
        "CREATE TABLE `a``b` (id INT)",
        "CREATE VIEW v AS SELECT * FROM t",
    )
    async with opened(server) as database:
        found = await database.databases()
        assert name.database in found
        assert not {"mysql", "sys", "information_schema", "performance_schema"} & set(found)
        assert await database.tables(name.database) == ["a`b", "t"]
        assert await database.tables("no_such_database") == []
        odd = TableName(name.database, "a`b")
        assert set(await database.describe([name, odd, TableName("x", "y")])) == {name, odd}
        assert await all_rows(database, reading(await described(database, odd))) == []


async def test_only_total_keys_are_keys_and_the_best_is_first(
    server: Server, fresh_database: Fresh
) -> None:
    name = made(
        server,
        fresh_database(server),
        "CREATE TABLE t (a INT, b INT NOT NULL, c VARCHAR(50) NOT NULL, d INT NOT NULL,"
        " g INT GENERATED ALWAYS AS (b + 1), UNIQUE nullable (a, b), UNIQUE prefix (c(10)),"
        " UNIQUE total (b, c), KEY plain (d), PRIMARY KEY (d, b))",
        "ALTER TABLE t ADD COLUMN hidden INT INVISIBLE",
    )
    async with opened(server) as database:
        table = await described(database, name)
    assert [(key.columns, key.primary, key.nullable) for key in table.keys] == [
        (("d", "b"), True, False),
        (("b", "c"), False, False),
        (("a", "b"), False, True),
    ]
    assert [column.name for column in table.columns] == ["a", "b", "c", "d", "g", "hidden"]
    assert [column.name for column in table.columns if column.generated] == ["g"]
    assert [column.name for column in table.columns if column.nullable] == ["a", "g", "hidden"]


async def test_an_index_on_an_expression_is_no_key(mysql: Server, fresh_database: Fresh) -> None:
    name = made(mysql, fresh_database(mysql), "CREATE TABLE t (a INT NOT NULL, UNIQUE e ((a + 1)))")
    async with opened(mysql) as database:
        assert (await described(database, name)).keys == ()


# -- digests


KEYED = (
    "CREATE TABLE t (id BIGINT UNSIGNED PRIMARY KEY, n INT, v VARCHAR(30))",
    "INSERT INTO t VALUES (0, NULL, ''), (1, 0, NULL), (2, 1, '~'), (3, 1, '1:~'), (5, 7, 'x'),"
    " (18446744073709551615, -1, 'last'), (9223372036854775808, 2, 'a,b'), (9, 2, 'a')",
)


@pytest.mark.parametrize("fold", Fold)
async def test_a_digest_is_the_laws_and_adds_up_over_any_partition(
    fold: Fold, server: Server, fresh_database: Fresh
) -> None:
    name = made(server, fresh_database(server), *KEYED)
    async with opened(server) as database:
        wanted = reading(await described(database, name), fold=fold)
        rows = await all_rows(database, wanted)
        (whole,) = await database.digests(wanted, [ALL])
        assert whole == folded(wanted, rows)
        cuts: list[KeyValues | None] = [None, ("1",), ("3",), ("9223372036854775808",), None]
        parts = [Chunk(Range(a, b)) for a, b in itertools.pairwise(cuts)]
        found = await database.digests(wanted, parts)
        assert [digest.rows for digest in found] == [1, 2, 3, 2]
        assert total(found, fold) == whole
        assert [await database.count(wanted, part) for part in parts] == [1, 2, 3, 2]
        assert await database.digests(wanted, []) == []


@pytest.mark.parametrize("fold", Fold)
async def test_buckets_hold_the_rows_whose_key_hash_says_so(
    fold: Fold, server: Server, fresh_database: Fresh
) -> None:
    name = made(server, fresh_database(server), *KEYED)
    async with opened(server) as database:
        wanted = reading(await described(database, name), fold=fold)
        rows = await all_rows(database, wanted)
        chunk = Chunk(Range(("1",), None))
        found = await database.bucket_digests(wanted, chunk, 4)
        by_bucket = {
            bucket: [row for row in rows if row[0] != "0" and _bucket(wanted, row, 4) == bucket]
            for bucket in range(4)
        }
        assert found == {b: folded(wanted, held) for b, held in by_bucket.items() if held}
        for bucket, held in by_bucket.items():
            narrowed = replace(chunk, buckets=Buckets((bucket,), 4))
            assert sorted(await all_rows(database, wanted, narrowed)) == sorted(held)


def _bucket(wanted: Reading, row: Row, of: int) -> int:
    return int(key_hash(wanted, row)[:4], 16) % of


async def test_an_empty_range_has_the_empty_digest(server: Server, fresh_database: Fresh) -> None:
    name = made(server, fresh_database(server), *KEYED)
    async with opened(server) as database:
        for fold in Fold:
            wanted = reading(await described(database, name), fold=fold)
            (found,) = await database.digests(wanted, [Chunk(Range(("6",), ("7",)))])
            assert found == folded(wanted, [])
            assert await database.bucket_digests(wanted, Chunk(Range(("6",), ("7",))), 8) == {}


async def test_T5_equal_rows_without_a_key_add_up(server: Server, fresh_database: Fresh) -> None:
    name = made(
        server,
        fresh_database(server),
        "CREATE TABLE t (a INT, b VARCHAR(5))",
        "INSERT INTO t VALUES (1, 'x'), (1, 'x'), (NULL, 'x'), (NULL, 'x'), (NULL, NULL)",
    )
    async with opened(server) as database:
        wanted = reading(
            await described(database, name),
            key=("a", "b"),
            fold=Fold.SUM,
            keyed=False,
            null_free=False,
            ordered=0,
        )
        rows = await all_rows(database, wanted)
        assert len(rows) == 5
        assert await database.digests(wanted, [ALL]) == [folded(wanted, rows)]
        found = await gathered(database.ordered_rows(wanted, ALL))
        assert found == sorted(found, key=lambda pair: pair[0])
        assert total(list((await database.bucket_digests(wanted, ALL, 16)).values()), Fold.SUM) == (
            folded(wanted, rows)
        )


async def test_V18_rows_with_null_in_the_key_are_a_chunk_of_their_own(
    server: Server, fresh_database: Fresh
) -> None:
    name = made(
        server,
        fresh_database(server),
        "CREATE TABLE t (a INT, b INT, v INT, UNIQUE (a, b))",
        "INSERT INTO t VALUES (1, 1, 1), (1, 2, 2), (NULL, 1, 3), (NULL, 1, 3), (2, NULL, 4)",
    )
    async with opened(server) as database:
        wanted = reading(
            await described(database, name), key=("a", "b"), fold=Fold.SUM, null_free=False
        )
        keyed = await all_rows(database, wanted)
        null = await all_rows(database, wanted, Chunk(WHOLE, null_key=True))
        assert sorted(str(row[2]) for row in keyed) == ["1", "2"]
        assert sorted(str(row[2]) for row in null) == ["3", "3", "4"]
        null_chunk = Chunk(WHOLE, null_key=True)
        assert await database.digests(wanted, [null_chunk]) == [folded(wanted, null)]
        ordered = await gathered(database.ordered_rows(wanted, null_chunk))
        hashes = [(key_hash(wanted, row), hashed(wanted, row)) for _, row in ordered]
        assert hashes == sorted(hashes)
        assert await database.boundaries(wanted, WHOLE, 1, 9) == [("1", "2")]


async def test_md5_is_the_hash_where_a_reading_says_so(
    mariadb: Server, fresh_database: Fresh
) -> None:
    name = made(mariadb, fresh_database(mariadb), *KEYED)
    async with opened(mariadb) as database:
        wanted = reading(await described(database, name), fingerprint=Fingerprint.MD5)
        with administrator(mariadb) as cursor:
            cursor.execute("SELECT MD5('0,~0:'), MD5('0,')")
            ((row, key),) = cursor.fetchall()
        hashes = {h.key: h.hash for h in await gathered(database.hashes(wanted, ALL))}
        assert hashes[("0",)] == row
        assert (
            dict(
                (row[0], found) for found, row in await gathered(database.ordered_rows(wanted, ALL))
            )["0"]
            == key
        )


# -- ranges and keys

ORDERED: list[tuple[str, Sequence[str], Sequence[str]]] = [
    (
        "INT",
        ["-5", "0", "3", "2147483647"],
        ["-99999999999999999999", "-5", "1.5", "3", "NaN", "-Infinity", "9" * 70],
    ),
    (
        "BIGINT UNSIGNED",
        ["0", "9007199254740992", "9007199254740993", "18446744073709551615"],
        ["9007199254740993", "18446744073709551615", "-1", "18446744073709551614.5"],
    ),
    ("YEAR", ["0", "1901", "2005", "2155"], ["0", "1", "5", "1901", "2005", "3000"]),
    (
        "DECIMAL(40,20)",
        [
            "-0.00000000000000000001",
            "0.00000000000000000000",
            "12345678901234567890.50000000000000000000",
        ],
        [
            "0.000000000000000000001",
            "-0.000000000000000000001",
            "12345678901234567890.50000000000000000000",
            "1",
        ],
    ),
    (
        "DATE",
        ["0000-00-00", "2020-00-10", "2020-02-29", "2023-02-31", "9999-12-31"],
        ["0000-00-00", "2020-00-10", "2020-02-29", "-0043-03-15", "infinity", "10000-01-01"],
    ),
    (
        "DATETIME(3)",
        ["0000-00-00 00:00:00.000", "2020-02-29 00:00:00.001", "2020-02-29 00:00:00.002"],
        ["2020-02-29 00:00:00.002", "-infinity", "12020-01-01 00:00:00.000"],
    ),
    (
        "TIMESTAMP(0) NULL",
        ["0000-00-00 00:00:00", "1970-01-01 00:00:01", "2038-01-19 03:14:07"],
        ["1960-01-01 00:00:00", "1970-01-01 00:00:01", "2100-01-01 00:00:00", "infinity"],
    ),
    (
        "TIME(1)",
        ["-838:59:59.0", "-00:00:00.1", "00:00:00.0", "23:59:59.9", "838:59:59.0"],
        ["-00:00:00.1", "00:00:00.0", "100:00:00.0"],
    ),
    ("VARBINARY(9)", ["", "00", "0000", "00ff", "ff"], ["00", "0000", "80", "ff00"]),
    ("BINARY(2)", ["0000", "0001", "ff00"], ["0001", "8000"]),
]


@pytest.mark.parametrize(("native", "keys", "bounds"), ORDERED, ids=[o[0] for o in ORDERED])
async def test_two_ranges_that_meet_hold_each_row_once(
    native: str,
    keys: Sequence[str],
    bounds: Sequence[str],
    server: Server,
    fresh_database: Fresh,
) -> None:
    values = ", ".join(f"({_inserted(native, key)})" for key in keys)
    name = made(
        server,
        fresh_database(server),
        f"CREATE TABLE t (k {native}, UNIQUE (k))",
        f"INSERT INTO t VALUES {values}",
    )
    async with opened(server) as database:
        wanted = reading(await described(database, name), key=("k",))
        assert sorted(str(row[0]) for row in await all_rows(database, wanted)) == sorted(keys)
        for bound in bounds:
            below, above = [
                [row[0] for row in await all_rows(database, wanted, half)]
                for half in halves((bound,))
            ]
            assert sorted(map(str, below + above)) == sorted(keys), bound
            if bound in keys:
                assert set(below) == set(keys[: keys.index(bound)])
        for key in keys:
            assert (key,) in await database.rows_by_key(wanted, [(key,)])
            await finds(server, database, wanted, (key,))
        assert await database.rows_by_key(wanted, [(b,) for b in bounds if b not in keys]) == []


def _inserted(native: str, key: str) -> str:
    return f"X'{key}'" if "BINARY" in native else f"'{key}'" if ":" in key or "-" in key else key


async def finds(
    server: Server, database: Database, wanted: Reading, key: tuple[str | None, ...]
) -> None:
    """The statement for a key finds one row, in a strict session too."""
    modes = "STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE"
    with administrator(server, wanted.table.database, modes) as cursor:
        assert cursor.execute(database.select(wanted, key)) == 1, database.select(wanted, key)


async def test_T10_text_keys_are_cut_in_the_columns_own_order_and_found_exactly(
    server: Server, fresh_database: Fresh
) -> None:
    words = ["a", "B", "d ", "\\", "É", "z'", "中", "ß", ""]
    values = ", ".join(f"(_utf8mb4 X'{word.encode().hex()}', {i})" for i, word in enumerate(words))
    for collation in ("utf8mb4_general_ci", "utf8mb4_bin", "utf8mb4_unicode_520_ci"):
        name = made(
            server,
            fresh_database(server),
            f"CREATE TABLE t (k VARCHAR(9) COLLATE {collation} PRIMARY KEY, v INT)",
            f"INSERT INTO t VALUES {values}",
        )
        async with opened(server) as database:
            wanted = reading(await described(database, name), key=("k",))
            for word in words:
                below, above = [
                    [str(row[0]) for row in await all_rows(database, wanted, half)]
                    for half in halves((word,))
                ]
                assert sorted(below + above) == sorted(words)
                assert word in above
                assert [row[0] for row in await database.rows_by_key(wanted, [(word,)])] == [word]
                await finds(server, database, wanted, (word,))


@pytest.mark.parametrize("charset", ["latin1", "utf8mb3", "gbk"])
async def test_a_key_that_a_character_set_cannot_hold_is_not_found(
    charset: str, server: Server, fresh_database: Fresh
) -> None:
    name = made(
        server,
        fresh_database(server),
        f"CREATE TABLE t (k VARCHAR(9) CHARACTER SET {charset} PRIMARY KEY)",
        f"INSERT INTO t VALUES ('{'中' if charset == 'gbk' else 'é'}'), ('?'), ('z')",
    )
    async with opened(server) as database:
        wanted = reading(await described(database, name), key=("k",))
        assert await database.rows_by_key(wanted, [("😀",)]) == []
        for row in await all_rows(database, wanted):
            assert await database.rows_by_key(wanted, [(str(row[0]),)]) == [row]
            await finds(server, database, wanted, (str(row[0]),))


@pytest.mark.parametrize(
    ("native", "value", "key"),
    [
        ("FLOAT", "0.1", float_bits(0.10000000149011612)),
        ("DOUBLE", "1.3647584518757569e-192", float_bits(1.3647584518757569e-192)),
        ("BIT(9)", "b'101'", "000000101"),
        ("CHAR(5)", "'ab'", "ab"),
        ("ENUM('x', 'Y')", "'Y'", "Y"),
        ("DECIMAL(65,30)", "-0.1", "-0.100000000000000000000000000000"),
        ("TIME(6)", "'-838:59:58.9'", "-838:59:58.900000"),
    ],
)
async def test_V14_a_key_finds_its_own_row(
    native: str, value: str, key: str, server: Server, fresh_database: Fresh
) -> None:
    name = made(
        server,
        fresh_database(server),
        f"CREATE TABLE t (k {native}, UNIQUE (k))",
        f"INSERT INTO t VALUES ({value})",
    )
    async with opened(server) as database:
        wanted = reading(await described(database, name), key=("k",))
        assert await database.rows_by_key(wanted, [(key,)]) == [(key,)]
        await finds(server, database, wanted, (key,))


async def test_a_row_without_a_key_is_found_by_all_its_columns(
    server: Server, fresh_database: Fresh
) -> None:
    name = made(
        server,
        fresh_database(server),
        "CREATE TABLE t (a INT, b JSON, c DOUBLE, d DATE, e LONGTEXT, f POINT)",
        """INSERT INTO t VALUES (1, '{"b": 1, "a": [1, 2]}', 0.1, '0000-00-00', 'it''s', NULL),
        (2, NULL, -0e0, NULL, '', ST_GeomFromText('POINT(1 2)'))""",
    )
    async with opened(server) as database:
        table = await described(database, name)
        names = tuple(column.name for column in table.columns)
        wanted = reading(table, key=names, fold=Fold.SUM, keyed=False, null_free=False, ordered=0)
        for row in await all_rows(database, wanted):
            await finds(
                server, database, wanted, tuple(str(c) if c is not None else None for c in row)
            )
        columns = list(wanted.columns)
        columns[1] = replace(columns[1], form=Form(Kind.JSON, settled=True))
        settled = replace(wanted, columns=tuple(columns))
        key = ("1", '{"a":[1,2],"b":1}', float_bits(0.1), "0000-00-00", "it's", None)
        await finds(server, database, settled, key)


COMPOSITE = (
    "CREATE TABLE t (a INT, b VARCHAR(5) COLLATE utf8mb4_general_ci, c DATE,"
    " PRIMARY KEY (a, b, c))",
    "INSERT INTO t VALUES "
    + ", ".join(
        f"({a}, '{b}', '2020-01-0{c}')" for a in range(4) for b in ("a", "B", "c") for c in (1, 2)
    ),
)


async def test_composite_keys_are_cut_as_rows_by_the_index(
    server: Server, fresh_database: Fresh
) -> None:
    name = made(server, fresh_database(server), *COMPOSITE)
    async with opened(server) as database:
        wanted = reading(await described(database, name), key=("a", "b", "c"))
        in_order = [
            (str(a), b, f"2020-01-0{c}") for a in range(4) for b in ("a", "B", "c") for c in (1, 2)
        ]
        for place, key in enumerate(in_order):
            below, above = [await all_rows(database, wanted, half) for half in halves(key)]
            assert (sorted(below), sorted(above)) == (
                sorted(in_order[:place]),
                sorted(in_order[place:]),
            )
        prefix, rest = [await all_rows(database, wanted, half) for half in halves(("1", "b"))]
        assert (len(prefix), len(rest)) == (8, 16)
        assert sorted(await database.rows_by_key(wanted, in_order[3:9])) == sorted(in_order[3:9])
        middle = Chunk(Range(in_order[5], in_order[7]))
        assert sorted(await all_rows(database, wanted, middle)) == sorted(in_order[5:7])


async def test_ranges_are_read_through_the_index(server: Server, fresh_database: Fresh) -> None:
    name = made(
        server,
        fresh_database(server),
        "CREATE TABLE t (a INT, b INT, k VARCHAR(20) CHARACTER SET latin1, v CHAR(200),"
        " PRIMARY KEY (a, b), UNIQUE (k))",
        "INSERT INTO t VALUES "
        + ", ".join(f"({n // 10}, {n % 10}, 'k{n}', 'x')" for n in range(1000)),
        "ANALYZE TABLE t",
    )
    async with opened(server) as database:
        table = await described(database, name)
        for key, lower, upper in (
            (("a", "b"), ("50", "5"), ("52", "3")),
            (("k",), ("k500",), ("k505",)),
        ):
            wanted = reading(table, key=key)
            statement = _dialect(database).count(wanted, Chunk(Range(lower, upper)))
            assert await reads(server, statement) < 60
            by_key = _dialect(database).rows_by_key(wanted, [lower, upper])
            assert await reads(server, by_key) < 20


def _dialect(database: Database) -> MySQLDialect:
    assert isinstance(database, MySQL)
    return database._dialect


async def reads(server: Server, statement: str) -> int:
    """How many rows of the storage engine a statement touches."""
    with administrator(server) as cursor:
        cursor.execute("FLUSH STATUS")
        cursor.execute(statement)
        cursor.execute("SHOW SESSION STATUS LIKE 'Handler_read%'")
        return sum(int(count) for _, count in cursor.fetchall())


async def test_boundaries_lie_a_step_apart_inside_the_range(
    server: Server, fresh_database: Fresh
) -> None:
    name = made(server, fresh_database(server), *COMPOSITE)
    async with opened(server) as database:
        wanted = reading(await described(database, name), key=("a", "b", "c"))
        whole = await database.boundaries(wanted, WHOLE, 5, 10)
        parts = [Chunk(Range(a, b)) for a, b in itertools.pairwise([None, *whole, None])]
        assert [await database.count(wanted, part) for part in parts] == [5, 5, 5, 5, 4]
        assert await database.boundaries(wanted, WHOLE, 5, 2) == whole[:2]
        within = Range(whole[0], whole[2])
        assert await database.boundaries(wanted, within, 5, 10) == [whole[1]]
        assert await database.boundaries(wanted, within, 100, 10) == []
        prefix = replace(wanted, ordered=1)
        assert await database.boundaries(prefix, WHOLE, 2, 10) == [("0",), ("1",), ("2",), ("3",)]


async def test_no_boundary_is_a_value_that_only_mysql_holds(
    server: Server, fresh_database: Fresh
) -> None:
    name = made(
        server,
        fresh_database(server),
        "CREATE TABLE t (k DATE PRIMARY KEY)",
        "INSERT INTO t VALUES ('0000-00-00'), ('2020-00-00'), ('2020-01-00'), ('2020-01-01'),"
        " ('2020-02-02'), ('2020-02-31')",
    )
    async with opened(server) as database:
        wanted = reading(await described(database, name), key=("k",))
        found = await database.boundaries(wanted, WHOLE, 1, 10)
    assert found == [("2020-01-01",), ("2020-02-02",)]


# -- what people are shown, and what they ask


async def test_literals_are_what_the_server_reads_back(
    server: Server, fresh_database: Fresh
) -> None:
    name = made(
        server,
        fresh_database(server),
        "CREATE TABLE t (id INT PRIMARY KEY, a BIGINT UNSIGNED, b DECIMAL(10,3), c DOUBLE,"
        " d VARCHAR(20), e VARBINARY(9), f DATETIME(6), g BIT(4), h TIME, i ENUM('it''s', 'b'),"
        " j JSON)",
        "INSERT INTO t VALUES (1, 18446744073709551615, -1.5, 1e-7, 'q''\\\\é', X'00ff',"
        " '2020-01-01 10:00:00.5', b'1010', '-800:00:00', 'it''s', '[1]'),"
        " (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)",
    )
    async with opened(server) as database:
        wanted = reading(await described(database, name))
        for row in await all_rows(database, wanted):
            literals = [
                database.literal(column, cell)
                for column, cell in zip(wanted.columns[1:], row[1:], strict=True)
            ]
            with administrator(server, name.database) as cursor:
                cursor.execute("DROP TABLE IF EXISTS back")
                cursor.execute("CREATE TABLE back LIKE t")
                cursor.execute(f"INSERT INTO back VALUES ({row[0]}, {', '.join(literals)})")
            back = replace(wanted, table=TableName(name.database, "back"))
            assert await all_rows(database, back) == [row]


async def test_a_large_value_is_written_as_its_start(server: Server, fresh_database: Fresh) -> None:
    name = made(server, fresh_database(server), "CREATE TABLE t (id INT PRIMARY KEY, v TEXT)")
    async with opened(server) as database:
        table = await described(database, name)
        written = database.literal(own(table.column("v")), Large("abc", 70000, "0" * 64))
    assert written.startswith("'abc' /*")
    assert "70000" in written


async def test_a_condition_holds_everywhere(server: Server, fresh_database: Fresh) -> None:
    name = made(server, fresh_database(server), *KEYED)
    async with opened(server) as database:
        condition = database.check_condition("n >= 1 AND v LIKE '%a%' OR n = 7", "mysql")
        wanted = reading(await described(database, name), condition=condition)
        rows = await all_rows(database, wanted)
        assert sorted(str(row[0]) for row in rows) == ["5", "9", "9223372036854775808"]
        assert await database.count(wanted, ALL) == 3
        assert await database.digests(wanted, [ALL]) == [folded(wanted, rows)]
        assert await database.rows_by_key(wanted, [("1",), ("5",)]) == [("5", "7", "x")]


@pytest.mark.parametrize(
    "condition",
    [
        "",
        "n = ",
        "1 = 1; DROP TABLE t",
        "n = 1) OR (1 = 1",
        "n IN (SELECT 1)",
        "EXISTS (SELECT 1)",
        "n = @@version_comment",
        "n = @n",
        "n = rand()",
        "v < now()",
        "v < sysdate()",
        "v = uuid()",
        "sleep(1) = 0",
        "count(*) > 1",
        "n = 1 LIMIT 1",
        "n = 1 INTO OUTFILE 'x'",
        "n = 1 FOR UPDATE",
        "n = 1 /*!50000 OR sleep(1) */",
        "n = (@x := 1)",
        "n = ?",
        "n = 1 UNION SELECT 1",
        "n = 1 GROUP BY n",
        "get_lock('a', 1)",
        "load_file('/etc/passwd') IS NULL",
    ],
)
async def test_a_condition_that_is_none_is_refused(condition: str, mysql: Server) -> None:
    with pytest.raises(InvalidParameter):
        opened(mysql).check_condition(condition, "mysql")


async def test_a_condition_written_for_postgresql_is_understood(
    server: Server, fresh_database: Fresh
) -> None:
    name = made(server, fresh_database(server), *KEYED)
    async with opened(server) as database:
        condition = database.check_condition("v::text = 'x' AND n = 7", "postgresql")
        wanted = reading(await described(database, name), condition=condition)
        assert await all_rows(database, wanted) == [("5", "7", "x")]


async def test_a_table_that_is_not_there_is_named(server: Server, fresh_database: Fresh) -> None:
    name = made(server, fresh_database(server), *KEYED)
    async with opened(server) as database:
        wanted = reading(await described(database, name))
        with pytest.raises(NoSuchTable):
            await database.count(replace(wanted, table=TableName(name.database, "gone")), ALL)
