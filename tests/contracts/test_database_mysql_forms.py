"""MySQL and MariaDB: columns read in a form that is not their own, and what has no simple text."""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256

import pytest

from syncproof.domain.canonical import Form, float_bits, settle
from syncproof.domain.difference import Large
from syncproof.domain.digest import Fold
from syncproof.domain.errors import DigestUnsound
from syncproof.domain.table import Kind, TableName
from syncproof.ports.database import Database, Reading
from tests.contracts.tables import (
    ALL,
    administrator,
    all_rows,
    described,
    folded,
    gathered,
    hashed,
    opened,
    own,
    reading,
)
from tests.servers import Server
from tests.strategies import single

Fresh = Callable[[Server], str]

FORMS: list[tuple[str, str, Form, str]] = [
    ("decimal(10,4)", "1.2500", Form(Kind.DECIMAL), "1.25"),
    ("decimal(10,4)", "-0.0001", Form(Kind.DECIMAL), "-0.0001"),
    ("decimal(10,4)", "100", Form(Kind.DECIMAL), "100"),
    ("decimal(10,0)", "100", Form(Kind.DECIMAL), "100"),
    ("bigint", "1000", Form(Kind.DECIMAL), "1000"),
    ("bigint", "-7", Form(Kind.DECIMAL, scale=0), "-7"),
    ("bigint", "9007199254740993", Form(Kind.FLOAT), float_bits(9007199254740992.0)),
    ("decimal(30,10)", "0.1", Form(Kind.FLOAT), float_bits(0.1)),
    ("double", "0.1", Form(Kind.FLOAT, single=True), float_bits(single(0.1))),
    ("double", "1e300", Form(Kind.FLOAT, single=True), float_bits(1e300)),
    ("double", "-3.4028235677973362e38", Form(Kind.FLOAT, single=True), "c7efffffe0000000"),
    ("double", "1e-50", Form(Kind.FLOAT, single=True), float_bits(0.0)),
    ("decimal(20,2)", "16777217", Form(Kind.FLOAT, single=True), float_bits(16777216.0)),
    ("bit(9)", "b'100000001'", Form(Kind.INTEGER), "257"),
    ("bit(1)", "b'1'", Form(Kind.BOOLEAN), "1"),
    (
        "varchar(40)",
        "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'",
        Form(Kind.UUID),
        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
    ),
    ("varchar(40) character set latin1", "'é'", Form(Kind.BINARY), "c3a9"),
    ("int(8) zerofill", "42", Form(Kind.TEXT), "42"),
    ("date", "'2024-02-29'", Form(Kind.DATETIME, fraction=0), "2024-02-29 00:00:00"),
    ("date", "'0000-00-00'", Form(Kind.DATETIME, fraction=3), "0000-00-00 00:00:00.000"),
    (
        "datetime(6)",
        "'2024-02-29 23:59:59.999500'",
        Form(Kind.DATETIME, fraction=3),
        "2024-03-01 00:00:00.000",
    ),
    (
        "datetime(6)",
        "'2024-02-29 23:59:59.999499'",
        Form(Kind.DATETIME, fraction=3),
        "2024-02-29 23:59:59.999",
    ),
    (
        "datetime(6)",
        "'2024-12-31 23:59:59.5'",
        Form(Kind.DATETIME, fraction=0),
        "2025-01-01 00:00:00",
    ),
    (
        "datetime(6)",
        "'9999-12-31 23:59:59.9995'",
        Form(Kind.DATETIME, fraction=3),
        "10000-01-01 00:00:00.000",
    ),
    (
        "datetime(6)",
        "'9999-12-31 23:59:59.9994'",
        Form(Kind.DATETIME, fraction=3),
        "9999-12-31 23:59:59.999",
    ),
    (
        "datetime(6)",
        "'2020-00-00 10:00:00.9'",
        Form(Kind.DATETIME, fraction=0),
        "2020-00-00 10:00:01",
    ),
    (
        "datetime(6)",
        "'0000-00-00 23:59:59.9'",
        Form(Kind.DATETIME, fraction=0),
        "0000-00-00 24:00:00",
    ),
    (
        "timestamp(6) null",
        "'2024-01-01 00:00:00.000001'",
        Form(Kind.INSTANT, fraction=3),
        "2024-01-01 00:00:00.000",
    ),
    (
        "timestamp(3) null",
        "'2024-01-01 00:00:00.5'",
        Form(Kind.DATETIME, fraction=0),
        "2024-01-01 00:00:01",
    ),
    ("time(6)", "'-100:59:59.9999995'", Form(Kind.TIME, fraction=3), "-101:00:00.000"),
    (
        "point",
        "ST_GeomFromText('POINT(1 2)')",
        Form(Kind.GEOMETRY),
        "000000000101000000000000000000f03f0000000000000040",
    ),
]


@pytest.fixture(params=["mysql", "mariadb"])
def server(request: pytest.FixtureRequest) -> Server:
    chosen: Server = request.getfixturevalue(request.param)
    return chosen


async def test_a_column_is_read_in_the_form_of_both_sides(
    server: Server, fresh_database: Fresh
) -> None:
    name = TableName(fresh_database(server), "t")
    natives = ", ".join(f"c{i} {native}" for i, (native, *_) in enumerate(FORMS))
    values = ", ".join(value for _, value, *_ in FORMS)
    with administrator(server, name.database, "ALLOW_INVALID_DATES") as cursor:
        cursor.execute(f"CREATE TABLE {name} (id INT PRIMARY KEY, {natives})")
        cursor.execute(f"INSERT INTO {name} VALUES (1, {values})")
    async with opened(server) as database:
        table = await described(database, name)
        columns = [own(column) for column in table.columns[:1]]
        columns += [
            own(c, form) for c, (_, _, form, _) in zip(table.columns[1:], FORMS, strict=True)
        ]
        plain = Reading(name, tuple(columns), (0,), 1, Fold.XOR, reading(table).fingerprint)
        (row,) = await all_rows(database, plain)
        wrong = [
            (given, text) for text, given in zip(row[1:], FORMS, strict=True) if text != given[-1]
        ]
        assert wrong == []
        assert await database.digests(plain, [ALL]) == [folded(plain, [row])]
        (found,) = await gathered(database.hashes(plain, ALL))
        assert found.hash == hashed(plain, row)


async def test_T19_json_comes_as_text_that_settles_to_its_value(
    server: Server, fresh_database: Fresh
) -> None:
    name = TableName(fresh_database(server), "t")
    spelled = '{"b": [1, 2.50, null], "a": "é\\u0000😀", "a/b": 12345678901234567890}'
    with administrator(server, name.database) as cursor:
        cursor.execute(f"CREATE TABLE {name} (id INT PRIMARY KEY, j JSON, v LONGTEXT)")
        cursor.execute(f"INSERT INTO {name} VALUES (1, %s, %s)", (spelled, spelled))
    form = Form(Kind.JSON, settled=True)
    async with opened(server) as database:
        table = await described(database, name)
        kinds = {column.name: column.type.kind for column in table.columns}
        assert kinds["j"] is (Kind.JSON if server.family == "mysql" else Kind.TEXT)
        plain = Reading(
            name,
            (own(table.column("id")), own(table.column("j"), form), own(table.column("v"), form)),
            (0,),
            1,
            Fold.XOR,
            reading(table).fingerprint,
        )
        ((_, *texts),) = await all_rows(database, plain)
        expected = '{"a":"é\\u0000😀","a/b":12345678901234567890,"b":[1,2.5,null]}'
        assert {settle(form, str(text)) for text in texts} == {expected}
        assert [json.loads(str(text), parse_float=Decimal)["b"] for text in texts] == [
            [1, Decimal("2.5"), None]
        ] * 2


async def test_a_vector_is_read_as_its_bytes(mysql: Server, fresh_database: Fresh) -> None:
    name = TableName(fresh_database(mysql), "t")
    with administrator(mysql, name.database) as cursor:
        cursor.execute(f"CREATE TABLE {name} (id INT PRIMARY KEY, v VECTOR(2))")
        cursor.execute(f"INSERT INTO {name} VALUES (1, STRING_TO_VECTOR('[1, -2]'))")
    async with opened(mysql) as database:
        plain = reading(await described(database, name))
        assert await all_rows(database, plain) == [("1", "0000803f000000c0")]
        assert await database.digests(plain, [ALL]) == [folded(plain, [("1", "0000803f000000c0")])]


async def test_a_wide_value_comes_as_its_start_length_and_hash(
    server: Server, fresh_database: Fresh
) -> None:
    name = TableName(fresh_database(server), "t")
    with administrator(server, name.database) as cursor:
        cursor.execute(
            f"CREATE TABLE {name} (id INT PRIMARY KEY, t LONGTEXT CHARACTER SET utf8mb4,"
            " b LONGBLOB, l LONGTEXT CHARACTER SET latin1)"
        )
        cursor.execute(
            f"INSERT INTO {name} VALUES (1, REPEAT('é', 65536), REPEAT('a', 32768), 'short'),"
            " (2, REPEAT('é', 65537), REPEAT('a', 32769), REPEAT('é', 70000)),"
            " (3, '', '', '#1:2:3'), (4, NULL, NULL, '=')"
        )
    async with opened(server) as database:
        rows = sorted(await all_rows(database, reading(await described(database, name))))
    assert rows[0] == ("1", "é" * 65536, "61" * 32768, "short")
    assert rows[1] == ("2", large("é" * 65537), large("61" * 32769), large("é" * 70000))
    assert rows[2:] == [("3", "", "", "#1:2:3"), ("4", None, None, "=")]


def large(text: str) -> Large:
    return Large(text[:1000], len(text), sha256(text.encode()).hexdigest())


async def test_T7_a_row_that_cannot_be_hashed_is_an_error(
    server: Server, fresh_database: Fresh
) -> None:
    """HEX of a blob of more than half of max_allowed_packet is NULL."""
    name = TableName(fresh_database(server), "t")
    with administrator(server, name.database) as cursor:
        cursor.execute("SELECT @@max_allowed_packet")
        ((most,),) = cursor.fetchall()
        cursor.execute(f"CREATE TABLE {name} (id INT PRIMARY KEY, b LONGBLOB)")
        cursor.execute(f"INSERT INTO {name} VALUES (1, 'a'), (2, REPEAT('a', {most // 2 + 1}))")
    async with opened(server) as database:
        plain = reading(await described(database, name))
        for fold in Fold:
            await refused(database, plain, fold)


async def refused(database: Database, plain: Reading, fold: Fold) -> None:
    try:
        (digest,) = await database.digests(replace(plain, fold=fold), [ALL])
    except DigestUnsound:
        return
    assert not digest.sound


async def test_T18_a_table_of_a_thousand_columns(server: Server, fresh_database: Fresh) -> None:
    name = TableName(fresh_database(server), "t")
    names = [f"c{i}" for i in range(1000)]
    with administrator(server, name.database) as cursor:
        columns = ", ".join(f"{column} INT" for column in names)
        cursor.execute(f"CREATE TABLE {name} (id INT PRIMARY KEY, {columns})")
        cursor.execute(f"INSERT INTO {name} (id, c1, c999) VALUES (1, 5, 6), (2, NULL, 7)")
    async with opened(server) as database:
        plain = reading(await described(database, name))
        rows = await all_rows(database, plain)
        assert {row[1000] for row in rows} == {"6", "7"}
        assert await database.digests(plain, [ALL]) == [folded(plain, rows)]
        ordered = await gathered(database.ordered_rows(plain, ALL))
        assert sorted(row for _, row in ordered) == sorted(rows)
