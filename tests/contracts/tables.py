"""Tables of a test on a real MySQL or MariaDB, and readings of them."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

import pymysql

from syncproof.databases.registry import open_database
from syncproof.domain.canonical import Agreement, Form, agree, frame, sha256_128
from syncproof.domain.chunk import WHOLE, Chunk, Range
from syncproof.domain.difference import Cell, Row
from syncproof.domain.digest import Digest, Fingerprint, Fold
from syncproof.domain.table import Column, Table, TableName
from syncproof.ports.database import Address, Database, Limits, ReadColumn, Reading, Secret
from tests.servers import Server

ALL = Chunk(WHOLE)


@contextmanager
def administrator(server: Server, database: str = "", modes: str = "") -> Iterator[Any]:
    """A cursor of the superuser, in UTC; writes."""
    connection = pymysql.connect(
        host=server.host,
        port=server.port,
        user=server.user,
        password=server.password,
        database=database or None,
        autocommit=True,
        charset="utf8mb4",
        init_command=f"SET time_zone = '+00:00', sql_mode = '{modes}'",
    )
    with closing(connection), connection.cursor() as cursor:
        yield cursor


def address(server: Server, **changes: Any) -> Address:
    """How the server is reached through the port."""
    secret = Secret(server.password)
    plain = Address(server.family, ((server.host, server.port),), server.user, secret)
    return replace(plain, **changes)


def opened(server: Server, limits: Limits | None = None, **changes: Any) -> Database:
    """The adapter, not yet connected."""
    return open_database(address(server, **changes), limits or Limits(connections=2))


async def described(database: Database, name: TableName) -> Table:
    return (await database.describe([name]))[name]


def reading(
    table: Table,
    key: Sequence[str] = ("id",),
    columns: Sequence[str] | None = None,
    fold: Fold = Fold.XOR,
    **facts: Any,
) -> Reading:
    """A reading in the columns' own forms; `key` are names."""
    read = [own(column) for column in table.columns if columns is None or column.name in columns]
    names = [column.name for column in read]
    plain = Reading(
        table=table.name,
        columns=tuple(read),
        key=tuple(names.index(name) for name in key),
        ordered=len(key),
        fold=fold,
        fingerprint=Fingerprint.SHA256,
    )
    return replace(plain, **facts)


def own(column: Column, form: Form | None = None) -> ReadColumn:
    """A column in the form in which it is compared with one of its own type."""
    if form is None:
        agreement = agree(column.type, column.type, same_family=True)
        assert isinstance(agreement, Agreement), column
        form = agreement.form
    return ReadColumn(column.name, column.type, form, column.nullable)


async def gathered(batches: AsyncIterator[list[Any]]) -> list[Any]:
    return [item async for batch in batches for item in batch]


async def all_rows(database: Database, wanted: Reading, chunk: Chunk = ALL) -> list[Row]:
    return await gathered(database.rows(wanted, chunk))


def hashed(wanted: Reading, row: Row) -> str:
    """What the law says of a row's hash."""
    served = [i for i, column in enumerate(wanted.columns) if column.form.served]
    return _hash([wanted.columns[i].form for i in served], [row[i] for i in served])


def key_hash(wanted: Reading, row: Row) -> str:
    """What the law says of a row's key hash."""
    return _hash([wanted.columns[i].form for i in wanted.key], [row[i] for i in wanted.key])


def _hash(forms: Sequence[Form], values: Sequence[Cell]) -> str:
    return sha256_128(frame(forms, [value if isinstance(value, str) else None for value in values]))


def folded(wanted: Reading, rows: Iterable[Row]) -> Digest:
    """What the law says of the digest of rows."""
    hashes = [int(hashed(wanted, row), 16) for row in rows]
    lanes = [0, 0] if wanted.fold is Fold.XOR else [0, 0, 0]
    for value in hashes:
        if wanted.fold is Fold.XOR:
            lanes[0] ^= value >> 64
            lanes[1] ^= value & (1 << 64) - 1
        else:
            for place, shift in enumerate((88, 48, 8)):
                lanes[place] += value >> shift & (1 << 40) - 1
    return Digest(len(hashes), len(hashes), tuple(lanes), wanted.fold)


def halves(at: tuple[str, ...]) -> tuple[Chunk, Chunk]:
    """The two chunks that meet at a key."""
    return Chunk(Range(None, at)), Chunk(Range(at, None))
