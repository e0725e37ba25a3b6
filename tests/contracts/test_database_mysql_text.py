"""MySQL and MariaDB: for every type the server's text is the law's, and so are the hashes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from syncproof.domain.canonical import decimal_text, float_bits
from syncproof.domain.difference import Row
from syncproof.domain.digest import Fold
from syncproof.domain.table import TableName
from syncproof.ports.database import Database, Reading
from tests.contracts.tables import (
    ALL,
    administrator,
    all_rows,
    described,
    folded,
    gathered,
    hashed,
    key_hash,
    opened,
    reading,
)
from tests.servers import Server
from tests.strategies import (
    dates,
    datetimes,
    decimals,
    doubles,
    integers,
    singles,
    spans,
    texts,
)

Written = tuple[object, str]
"""What is inserted, and the canonical text that must come back."""

EVERY_MODE = "ALLOW_INVALID_DATES"
MINUS_ZERO = float_bits(-0.0)


def written(values: SearchStrategy[object], text: Callable[..., str]) -> SearchStrategy[Written]:
    return values.map(lambda value: (value, text(value)))


def clock(span: timedelta, digits: int) -> str:
    """A TIME as the law writes it."""
    sign, span = ("-", -span) if span < timedelta() else ("", span)
    seconds, micros = span.days * 86400 + span.seconds, span.microseconds
    whole = f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{whole}.{micros:06}"[: len(whole) + digits + 1] if digits else whole


def moment(value: datetime, digits: int) -> str:
    text = f"{value:%Y-%m-%d %H:%M:%S}".rjust(19, "0")
    return f"{text}.{value.microsecond:06}"[: 20 + digits] if digits else text


def cut(digits: int) -> Callable[[datetime], datetime]:
    """Only so many digits of seconds, so that the server has nothing to round."""
    unit = 10 ** (6 - digits)
    return lambda value: value.replace(microsecond=value.microsecond // unit * unit)


def instants() -> SearchStrategy[datetime]:
    return datetimes(datetime(1970, 1, 1, 0, 0, 1), datetime(2038, 1, 19, 3, 14, 7))


def in_latin1(most: int) -> SearchStrategy[str]:
    """MySQL's latin1 is Windows-1252."""
    return st.text(st.sampled_from("aAzß éÿÀ€'\\~,:\0 "), max_size=most)


def unpadded(text: str) -> str:
    return text.rstrip(" ")


def literal_double(value: float) -> str:
    return f"{value!r}" if "e" in repr(value) else f"{value!r}e0"


ZERO_DAYS = ["0000-00-00", "2020-00-00", "2020-12-00", "0000-01-01", "2023-02-31"]

TYPES: dict[str, SearchStrategy[Written]] = {
    "tinyint": written(integers(8), str),
    "bigint": written(integers(64), str),
    "bigint unsigned": written(integers(64, signed=False), str),
    "int(9) unsigned zerofill": written(integers(32, signed=False), str),
    "tinyint(1)": written(integers(8), str),
    "year": written(st.one_of(st.just(0), st.integers(1901, 2155)), str),
    "decimal(65,30)": written(decimals(65, 30), lambda v: decimal_text(v, 30)),
    "decimal(12,0)": written(decimals(12, 0), lambda v: decimal_text(v, 0)),
    "decimal(9,2) zerofill": written(decimals(9, 2).map(abs), lambda v: decimal_text(v, 2)),
    "double": written(doubles(), float_bits),
    "double(10,2)": written(st.integers(-(10**6), 10**6).map(lambda n: n / 4), float_bits),
    "float": written(singles(), float_bits),
    "bit(1)": written(st.integers(0, 1), lambda v: f"{v:b}"),
    "bit(11)": written(integers(11, signed=False), lambda v: f"{v:011b}"),
    "bit(64)": written(integers(64, signed=False), lambda v: f"{v:064b}"),
    "varchar(40) character set utf8mb4": written(texts(40), str),
    "varchar(40) character set utf8mb4 collate utf8mb4_general_ci": written(texts(40), str),
    "char(12) character set utf8mb4": written(texts(12), unpadded),
    "char(12) character set latin1": written(in_latin1(12), unpadded),
    "text character set latin1": written(in_latin1(50), str),
    "varchar(9) character set utf16": written(texts(9), str),
    "varchar(9) character set utf8mb3": written(
        texts(9).map(lambda t: "".join(c for c in t if ord(c) < 0x10000)), str
    ),
    "longtext character set utf8mb4": written(texts(60), str),
    "binary(5)": written(st.binary(max_size=5), lambda v: v.ljust(5, b"\0").hex()),
    "varbinary(20)": written(st.binary(max_size=20), bytes.hex),
    "longblob": written(st.binary(max_size=60), bytes.hex),
    "date": written(st.one_of(dates().map(str), st.sampled_from(ZERO_DAYS)), str),
    "datetime": written(datetimes().map(cut(0)), lambda v: moment(v, 0)),
    "datetime(3)": written(datetimes().map(cut(3)), lambda v: moment(v, 3)),
    "datetime(6)": written(datetimes(), lambda v: moment(v, 6)),
    "timestamp(6)": written(instants(), lambda v: moment(v, 6)),
    "time": written(
        spans().map(lambda v: timedelta(seconds=int(v.total_seconds()))), lambda v: clock(v, 0)
    ),
    "time(6)": written(spans(), lambda v: clock(v, 6)),
    "enum('a', 'É', 'c,d', '~')": written(st.sampled_from(["", "a", "É", "c,d", "~"]), str),
    "set('a', 'É', '~')": written(st.sampled_from(["", "a", "a,É", "a,É,~", "~"]), str),
}

MARIADB_TYPES: dict[str, SearchStrategy[Written]] = {
    "uuid": written(st.uuids(version=4), str),
    "inet6": written(st.just("2001:db8::ff00:42:8329"), str),
}


def literal(native: str, value: object) -> str:
    """The value as it stands in INSERT."""
    match value:
        case float():
            return literal_double(value)
        case int() | Decimal():
            return f"{value:f}" if isinstance(value, Decimal) else str(value)
        case bytes():
            return f"X'{value.hex()}'"
        case timedelta():
            return f"'{clock(value, 6)}'"
        case datetime():
            return f"'{moment(value, 6)}'"
        case _:
            return f"_utf8mb4 X'{str(value).encode().hex()}'"


def fill(server: Server, name: TableName, native: str, values: list[Written | None]) -> None:
    with administrator(server, name.database, EVERY_MODE) as cursor:
        cursor.execute(f"CREATE TABLE {name} (id INT PRIMARY KEY, v {native} NULL)")
        rows = ", ".join(
            f"({i}, {'NULL' if item is None else literal(native, item[0])})"
            for i, item in enumerate(values)
        )
        cursor.execute(f"INSERT INTO {name} VALUES {rows}")


def examples(values: SearchStrategy[Written]) -> list[Written | None]:
    """Many values of a type, the same ones in each run."""
    found: list[Written | None] = []

    @settings(
        max_examples=250,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(values, values, values, st.none()))
    def collect(value: Written | None) -> None:
        found.append(value)

    collect()
    return found


COLUMNS = [("mysql", native) for native in TYPES] + [
    ("mariadb", native) for native in TYPES | MARIADB_TYPES
]


@pytest.mark.parametrize(("family", "native"), COLUMNS)
async def test_a_type_is_read_as_the_law_writes_it(
    family: str,
    native: str,
    request: pytest.FixtureRequest,
    fresh_database: Callable[[Server], str],
) -> None:
    server: Server = request.getfixturevalue(family)
    name = TableName(fresh_database(server), "t")
    values = examples((TYPES | MARIADB_TYPES)[native])
    if family == "mariadb":  # it stores no negative zero
        values = [item if item != (-0.0, MINUS_ZERO) else (0.0, float_bits(0.0)) for item in values]
    fill(server, name, native, values)
    async with opened(server) as database:
        plain = reading(await described(database, name))
        rows = sorted(await all_rows(database, plain), key=lambda row: int(str(row[0])))
        expected = [(str(i), item and item[1]) for i, item in enumerate(values)]
        assert [pair for pair in zip(rows, expected, strict=True) if pair[0] != pair[1]] == []
        await agrees(database, plain, rows)


async def agrees(database: Database, plain: Reading, rows: list[Row]) -> None:
    """Digests and hashes are those of the law, by either fold."""
    for fold in Fold:
        folding = replace(plain, fold=fold)
        assert await database.digests(folding, [ALL]) == [folded(folding, rows)]
    ordered = await gathered(database.ordered_rows(plain, ALL))
    assert ordered == sorted((key_hash(plain, row), row) for row in rows)
    hashes = await gathered(database.hashes(plain, ALL))
    assert {h.key: h.hash for h in hashes} == {(r[0],): hashed(plain, r) for r in rows}
