"""The port `Database` over MySQL and MariaDB."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from types import TracebackType
from typing import Any, Self

from syncproof.databases.conditions import written_for
from syncproof.databases.dialect import batch_of, cell, is_wide, keys
from syncproof.databases.leaps import Leaps, can_leap
from syncproof.databases.mysql import catalog
from syncproof.databases.mysql.connect import Session, end_session, open_session
from syncproof.databases.mysql.dialect import UNREADABLE, MySQLDialect
from syncproof.databases.mysql.failures import UNHASHED, number_of
from syncproof.databases.mysql.mariadb import MariaDBDialect, OldDialect
from syncproof.databases.mysql.spelling import is_year
from syncproof.databases.mysql.values import is_shared
from syncproof.databases.pool import Pool
from syncproof.domain.chunk import Chunk, KeyValues, Range
from syncproof.domain.difference import Cell, Row
from syncproof.domain.digest import Digest, Fingerprint, Fold
from syncproof.domain.errors import (
    ConnectionFailed,
    ConnectionLost,
    DigestUnsound,
    StatementFailed,
)
from syncproof.domain.table import Table, TableName
from syncproof.ports.database import Address, Capabilities, HashedRow, Limits, ReadColumn, Reading

_DESCRIBED = 500
"""Tables in one query of the catalog."""


class MySQL:
    """A MySQL or MariaDB server."""

    def __init__(self, address: Address, limits: Limits) -> None:
        self._address = address
        self._limits = limits
        self._pool: Pool[Session] = Pool(
            limits.connections,
            self._session,
            lambda session: end_session(session, address, limits),
        )
        self._capabilities: Capabilities | None = None
        self._dialect = MySQLDialect()

    @property
    def capabilities(self) -> Capabilities:
        if self._capabilities is None:
            raise RuntimeError("not connected")
        return self._capabilities

    async def connect(self) -> None:
        version = (await self._all("SELECT VERSION()"))[0][0]
        maria = "mariadb" in version.lower()
        if maria:
            self._dialect = MariaDBDialect()
        elif version.startswith("5."):
            self._dialect = OldDialect()
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

    async def _session(self) -> Session:
        """Once there was a connection, a server that cannot be reached is one to wait for."""
        try:
            return await open_session(self._address, self._limits)
        except ConnectionFailed as error:
            if self._capabilities and isinstance(error.__cause__, ConnectionLost):
                raise ConnectionLost(**error.parameters) from error
            raise

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
            async with self._pool.take() as session:
                answers = [await session.records(text, arguments) for text in statements]
            found |= catalog.tables(*answers)
        return found

    def check_condition(self, condition: str, meant_for: str) -> str:
        return written_for(condition, "mysql", meant_for)

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
            if number_of(error.__cause__) in UNHASHED:
                raise DigestUnsound(table=str(reading.table)) from error
            raise
        return {int(record[0]): _digest(reading.fold, record) for record in found}

    async def hashes(self, reading: Reading, chunk: Chunk) -> AsyncIterator[list[HashedRow]]:
        width = len(reading.key)
        statement = self._dialect.hashes(reading, chunk)
        async with aclosing(self._streamed(statement, keys(reading))) as batches:
            async for batch in batches:
                if any(record[width] is None for record in batch):
                    raise DigestUnsound(table=str(reading.table))
                yield [HashedRow(record[:width], record[width]) for record in batch]

    async def rows(self, reading: Reading, chunk: Chunk) -> AsyncIterator[list[Row]]:
        statement = self._dialect.rows(reading, chunk)
        async with aclosing(self._streamed(statement, reading.columns)) as batches:
            async for batch in batches:
                yield [_row(reading, record) for record in batch]

    async def ordered_rows(
        self, reading: Reading, chunk: Chunk
    ) -> AsyncIterator[list[tuple[str, Row]]]:
        statement = self._dialect.ordered_rows(reading, chunk)
        async with aclosing(self._streamed(statement, reading.columns)) as batches:
            async for batch in batches:
                if any(record[0] is None for record in batch):
                    raise DigestUnsound(table=str(reading.table))
                yield [(record[0], _row(reading, record[1:])) for record in batch]

    async def rows_by_key(self, reading: Reading, keys: Sequence[KeyValues]) -> list[Row]:
        if not keys:
            return []
        found = await self._all(self._dialect.rows_by_key(reading, keys))
        return [_row(reading, record) for record in found]

    async def boundaries(
        self, reading: Reading, within: Range, step: int, most: int
    ) -> list[KeyValues]:
        if can_leap(reading, step) and not is_year(keys(reading)[0].type):
            leaps = Leaps(self._dialect, reading, self._all, self._estimates, self._estimates)
            if (bounds := await leaps.bounds(within, step, most)) is not None:
                return bounds
        return await self._walked(reading, within, step, most)

    async def _estimates(self, selects: Sequence[str]) -> list[int | None]:
        """The optimiser's, from a few dives into the index."""
        statement = f"EXPLAIN FORMAT=TRADITIONAL {' UNION ALL '.join(selects)}"
        async with self._pool.take() as session:
            found = await session.records(statement, ())
        rows = [record["rows"] for record in found[: len(selects)]]
        return [None if number is None else int(number) for number in rows]

    async def _walked(
        self, reading: Reading, within: Range, step: int, most: int
    ) -> list[KeyValues]:
        columns = keys(reading)[: reading.ordered]
        found: list[KeyValues] = []
        rest = within
        while len(found) < most:
            bound = await self._boundary(reading, rest, step)
            if bound is None:
                break
            rest = Range(bound, within.upper)
            if all(is_shared(c.type, text) for c, text in zip(columns, bound, strict=True)):
                found.append(bound)
        return found

    async def _boundary(self, reading: Reading, rest: Range, step: int) -> KeyValues | None:
        """The next one; where more than `step` rows share the last, the key after it."""
        answer = await self._all(self._dialect.boundary(reading, rest, step))
        if answer and rest.lower is not None and answer[0] == rest.lower[: len(answer[0])]:
            answer = await self._all(self._dialect.next_key(reading, answer[0], rest))
        return answer[0] if answer else None

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

    async def _all(self, statement: str, arguments: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        async with self._pool.take() as session:
            return await session.all(statement, arguments)

    async def _streamed(
        self, statement: str, columns: Sequence[ReadColumn]
    ) -> AsyncGenerator[list[tuple[Any, ...]]]:
        async with (
            self._pool.take() as session,
            aclosing(session.stream(statement, batch_of(columns))) as batches,
        ):
            async for batch in batches:
                yield batch


def _digest(fold: Fold, record: Sequence[Any]) -> Digest:
    rows, hashed = int(record[1]), int(record[2])
    if fold is Fold.XOR and len(record) == 4:
        value = int(record[3] or "0", 16)
        return Digest(rows, hashed, (value >> 64, value & (1 << 64) - 1), fold)
    return Digest(rows, hashed, tuple(int(lane or 0) for lane in record[3:]), fold)


def _row(reading: Reading, record: Sequence[str | None]) -> Row:
    """The cells of a record; a record may have more after them."""
    if UNREADABLE in record:
        for column, text in zip(reading.columns, record, strict=False):
            if text == UNREADABLE and is_wide(column):
                raise StatementFailed(detail=f"{column.name}: larger than max_allowed_packet")
    return tuple(map(cell, reading.columns, record))
