"""The port `Database` over MySQL and MariaDB."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

import asyncmy.cursors

from syncproof.databases.conditions import written_for
from syncproof.databases.dialect import cell
from syncproof.databases.mysql import catalog
from syncproof.databases.mysql.connect import kill, open_session
from syncproof.databases.mysql.dialect import MariaDBDialect, MySQLDialect
from syncproof.databases.mysql.failures import translated
from syncproof.databases.pool import Pool
from syncproof.domain.chunk import Chunk, KeyValues, Range
from syncproof.domain.difference import Cell, Row
from syncproof.domain.digest import Digest, Fingerprint, Fold
from syncproof.domain.errors import DigestUnsound, StatementFailed
from syncproof.domain.table import Table, TableName
from syncproof.ports.database import (
    Address,
    Capabilities,
    HashedRow,
    Limits,
    ReadColumn,
    Reading,
)

BATCH = 5_000
"""Rows that are taken from the driver at once."""
_OUT_OF_RANGE = "1690"
_DESCRIBED = 500
"""Tables in one query of the catalog."""


class MySQL:
    """A MySQL or MariaDB server."""

    def __init__(self, address: Address, limits: Limits) -> None:
        self._address = address
        self._limits = limits
        self._server = ",".join(f"{host}:{port}" for host, port in address.hosts)
        self._pool = Pool(
            limits.connections,
            lambda: open_session(address, limits),
            lambda session: kill(session, address, limits),
        )
        self._capabilities: Capabilities | None = None
        self._dialect: MySQLDialect = MySQLDialect()

    @property
    def capabilities(self) -> Capabilities:
        if self._capabilities is None:
            raise RuntimeError("not connected")
        return self._capabilities

    async def connect(self) -> None:
        version = (await self._all("SELECT VERSION()"))[0][0]
        maria = "mariadb" in version.lower()
        if maria or int(version.split(".")[0]) < 8:
            self._dialect = MariaDBDialect()
        identity = (
            "CONCAT(@@server_id, ' ', @@hostname, ' ', @@datadir)" if maria else "@@server_uuid"
        )
        found = await self._all(f"SELECT {identity}, @@max_allowed_packet")
        self._capabilities = Capabilities(
            family="mariadb" if maria else "mysql",
            version=version,
            fingerprints=await self._fingerprints(),
            hash_version="",
            identity=str(found[0][0]),
            packet_bytes=int(found[0][1]),
        )

    async def _fingerprints(self) -> tuple[Fingerprint, ...]:
        usable = []
        for fingerprint, call in (
            (Fingerprint.SHA256, "SHA2('a', 256)"),
            (Fingerprint.MD5, "MD5('a')"),
        ):
            try:
                if (await self._all(f"SELECT {call}"))[0][0]:
                    usable.append(fingerprint)
            except StatementFailed:  # MySQL 9.6 and later have MD5 only as a component
                continue
        return tuple(usable)

    async def databases(self) -> list[str]:
        return sorted(record[0] for record in await self._all(catalog.DATABASES))

    async def tables(self, database: str) -> list[str]:
        return sorted(record[0] for record in await self._all(catalog.TABLES, [database]))

    async def describe(self, names: Sequence[TableName]) -> dict[TableName, Table]:
        found: dict[TableName, Table] = {}
        for start in range(0, len(names), _DESCRIBED):
            statements, arguments = catalog.queries(names[start : start + _DESCRIBED])
            answers = [await self._records(text, arguments) for text in statements]
            found |= catalog.tables(*answers)
        return found

    def check_condition(self, condition: str) -> str:
        return written_for(condition, "mysql")

    async def count(self, reading: Reading, chunk: Chunk) -> int:
        return int((await self._all(self._dialect.count(reading, chunk)))[0][0])

    async def digests(self, reading: Reading, chunks: Sequence[Chunk]) -> list[Digest]:
        if not chunks:
            return []
        found = await self._digested(reading, self._dialect.digests(reading, chunks))
        return [found[place] for place in range(len(chunks))]

    async def bucket_digests(self, reading: Reading, chunk: Chunk, of: int) -> dict[int, Digest]:
        return await self._digested(reading, self._dialect.bucket_digests(reading, chunk, of))

    async def _digested(self, reading: Reading, statement: str) -> dict[int, Digest]:
        try:
            found = await self._all(statement)
        except StatementFailed as error:
            if error.parameters.get("detail", "").startswith(_OUT_OF_RANGE):
                raise DigestUnsound(table=str(reading.table)) from error
            raise
        return {int(record[0]): _digest(reading.fold, record) for record in found}

    async def hashes(self, reading: Reading, chunk: Chunk) -> AsyncIterator[list[HashedRow]]:
        width = len(reading.key)
        async for batch in self._streamed(self._dialect.hashes(reading, chunk)):
            yield [HashedRow(r[:width], r[width], r[width + 1 :]) for r in batch]

    async def rows(self, reading: Reading, chunk: Chunk) -> AsyncIterator[list[Row]]:
        async for batch in self._streamed(self._dialect.rows(reading, chunk)):
            yield [_row(reading, record) for record in batch]

    async def ordered_rows(
        self, reading: Reading, chunk: Chunk
    ) -> AsyncIterator[list[tuple[str, Row]]]:
        async for batch in self._streamed(self._dialect.ordered_rows(reading, chunk)):
            yield [(record[0], _row(reading, record[1:])) for record in batch]

    async def rows_by_key(self, reading: Reading, keys: Sequence[KeyValues]) -> list[Row]:
        if not keys:
            return []
        found = await self._all(self._dialect.rows_by_key(reading, keys))
        return [_row(reading, record) for record in found]

    async def boundaries(
        self, reading: Reading, within: Range, step: int, most: int
    ) -> list[KeyValues]:
        found: list[KeyValues] = []
        rest = within
        while len(found) < most:
            answer = await self._all(self._dialect.boundary(reading, rest, step))
            if answer and rest.lower is not None and answer[0] == rest.lower[: len(answer[0])]:
                answer = await self._all(self._dialect.next_key(reading, answer[0], within))
            if not answer:
                break
            found.append(answer[0])
            rest = Range(answer[0], within.upper)
        return found

    def select(self, reading: Reading, key: tuple[str | None, ...]) -> str:
        return self._dialect.select(reading, key)

    def literal(self, column: ReadColumn, value: Cell) -> str:
        return self._dialect.literal(column, value)

    async def close(self) -> None:
        await self._pool.close()

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    @asynccontextmanager
    async def _cursor(self, kind: type[Any]) -> AsyncIterator[Any]:
        async with self._pool.take() as session:
            with translated(self._server):
                cursor = session.cursor(kind)
                yield cursor
                await cursor.close()

    async def _all(self, statement: str, arguments: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        async with self._cursor(asyncmy.cursors.Cursor) as cursor:
            await cursor.execute(statement, list(arguments) or None)
            return list(await cursor.fetchall())

    async def _records(self, statement: str, arguments: Sequence[str]) -> list[dict[str, Any]]:
        async with self._cursor(asyncmy.cursors.DictCursor) as cursor:
            await cursor.execute(statement, list(arguments))
            found = await cursor.fetchall()
        return [{name.lower(): value for name, value in record.items()} for record in found]

    async def _streamed(self, statement: str) -> AsyncIterator[list[tuple[Any, ...]]]:
        async with self._cursor(asyncmy.cursors.SSCursor) as cursor:
            await cursor.execute(statement)
            while batch := await cursor.fetchmany(BATCH):
                yield batch


def _digest(fold: Fold, record: Sequence[Any]) -> Digest:
    rows, hashed = int(record[1]), int(record[2])
    if fold is Fold.XOR and len(record) == 4:
        value = int(record[3] or "0", 16)
        return Digest(rows, hashed, (value >> 64, value & (1 << 64) - 1), fold)
    return Digest(rows, hashed, tuple(int(lane or 0) for lane in record[3:]), fold)


def _row(reading: Reading, record: Sequence[str | None]) -> Row:
    return tuple(map(cell, reading.columns, record))
