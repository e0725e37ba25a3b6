"""The port `Database` over PostgreSQL."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from types import TracebackType
from typing import Any, Self

import orjson

from syncproof.databases.conditions import written_for
from syncproof.databases.dialect import BATCH, BATCH_BYTES, batch_of, cell, keys
from syncproof.databases.leaps import Leaps, can_leap
from syncproof.databases.pool import Pool
from syncproof.databases.postgresql import catalog
from syncproof.databases.postgresql.connect import kill, open_session
from syncproof.databases.postgresql.dialect import PostgreSQLDialect
from syncproof.databases.postgresql.failures import translated
from syncproof.domain.chunk import Chunk, KeyValues, Range
from syncproof.domain.difference import Cell, Row
from syncproof.domain.digest import Digest, Fingerprint, Fold
from syncproof.domain.errors import MissingRight, StatementFailed
from syncproof.domain.table import Table, TableName
from syncproof.ports.database import (
    Address,
    Capabilities,
    HashedRow,
    Limits,
    ReadColumn,
    Reading,
)

_GROWTH = 8
"""How many times what must fit may be fetched at once."""
_LANE = (1 << 64) - 1


class PostgreSQL:
    """A database of a PostgreSQL server."""

    dialect_class = PostgreSQLDialect

    def __init__(self, address: Address, limits: Limits) -> None:
        self._address = address
        self._server = ",".join(f"{host}:{port}" for host, port in address.hosts)
        self._pool = Pool(
            limits.connections,
            lambda: open_session(address, limits),
            lambda session: kill(session, address, limits),
        )
        self._capabilities: Capabilities | None = None
        self._dialect = self.dialect_class()
        self._default_collation: str | None = None

    @property
    def capabilities(self) -> Capabilities:
        if self._capabilities is None:
            raise RuntimeError("not connected")
        return self._capabilities

    async def connect(self) -> None:
        facts = (
            await self._all(
                "SELECT current_setting('server_version_num')::int AS number,"
                " current_setting('server_encoding') AS encoding,"
                " (SELECT oid::bigint FROM pg_database WHERE datname = current_database()) AS oid"
            )
        )[0]
        self._dialect.utf8 = facts["encoding"] == "UTF8"
        self._dialect.trims_scale = facts["number"] >= 130_000
        major = facts["number"] // 10_000
        self._capabilities = Capabilities(
            family="postgresql",
            version=str(facts["number"]),
            fingerprints=await self._fingerprints(),
            hash_version=f"{major} {facts['encoding']}",
            identity=f"{await self._system()} {facts['oid']}",
            packet_bytes=64 << 20,
        )
        self._default_collation = await self._database_collation(major)

    async def _fingerprints(self) -> tuple[Fingerprint, ...]:
        usable = []
        for fingerprint, call in (
            (Fingerprint.SHA256, "sha256('a')::text"),
            (Fingerprint.HASHTEXT, "hashtextextended('a', 1)"),
            (Fingerprint.MD5, "md5('a')"),
        ):
            try:
                await self._all(f"SELECT {call}")
                usable.append(fingerprint)
            except StatementFailed:  # not there, or refused by FIPS
                continue
        return tuple(usable)

    async def _system(self) -> str:
        try:
            return str((await self._all("SELECT system_identifier FROM pg_control_system()"))[0][0])
        except MissingRight:
            return self._server

    async def _database_collation(self, major: int) -> str | None:
        provider, version = ("'c'", "NULL::text")
        locale = "datcollate"
        if major >= 15:
            provider, version = "datlocprovider::text", "pg_database_collation_actual_version(oid)"
            locale = "datlocale" if major >= 17 else "daticulocale"
            locale = f"CASE WHEN datlocprovider = 'c' THEN datcollate ELSE {locale} END"
        found = await self._all(
            f"SELECT {locale} AS name, {provider} AS provider, {version} AS version"
            " FROM pg_database WHERE datname = current_database()"
        )
        name, provider, version = found[0]
        return catalog.collation(name, provider, version, deterministic=True)

    async def databases(self) -> list[str]:
        return [record[0] for record in await self._all(catalog.SCHEMAS)]

    async def tables(self, database: str) -> list[str]:
        return [record[0] for record in await self._all(catalog.TABLES, database)]

    async def describe(self, names: Sequence[TableName]) -> dict[TableName, Table]:
        schemas, tables = [n.database for n in names], [n.name for n in names]
        found = await self._all(catalog.FOUND, schemas, tables)
        ids = [record["id"] for record in found]
        columns = await self._all(catalog.COLUMNS, ids)
        keys = await self._all(catalog.KEYS, ids)
        return catalog.tables(found, columns, keys, self._default_collation)

    def check_condition(self, condition: str, meant_for: str) -> str:
        return written_for(condition, "postgresql", meant_for)

    async def count(self, reading: Reading, chunk: Chunk) -> int:
        return int((await self._all(self._dialect.count(reading, chunk)))[0][0])

    async def digests(self, reading: Reading, chunks: Sequence[Chunk]) -> list[Digest]:
        if not chunks:
            return []
        found = await self._all(self._dialect.digests(reading, chunks))
        by_place = {int(record[0]): _digest(reading, record) for record in found}
        return [by_place[place] for place in range(len(chunks))]

    async def bucket_digests(self, reading: Reading, chunk: Chunk, of: int) -> dict[int, Digest]:
        found = await self._all(self._dialect.bucket_digests(reading, chunk, of))
        return {int(record[0]): _digest(reading, record) for record in found}

    async def hashes(self, reading: Reading, chunk: Chunk) -> AsyncIterator[list[HashedRow]]:
        width = len(reading.key)
        statement = self._dialect.hashes(reading, chunk)
        async with aclosing(self._streamed(statement, keys(reading))) as batches:
            async for batch in batches:
                yield [HashedRow(tuple(record[:width]), record[width]) for record in batch]

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
                yield [(record[0], _row(reading, record[1:])) for record in batch]

    async def rows_by_key(self, reading: Reading, keys: Sequence[KeyValues]) -> list[Row]:
        if not keys:
            return []
        found = await self._all(self._dialect.rows_by_key(reading, keys))
        return [_row(reading, record) for record in found]

    async def boundaries(
        self, reading: Reading, within: Range, step: int, most: int
    ) -> list[KeyValues]:
        if can_leap(reading, step):
            leaps = Leaps(self._dialect, reading, self._all, self._estimates, self._counts)
            if (bounds := await leaps.bounds(within, step, most)) is not None:
                return bounds
        return await self._walked(reading, within, step, most)

    async def _estimates(self, selects: Sequence[str]) -> list[int | None]:
        """The planner's, from the statistics that ANALYZE left."""
        plans = [await self._all(f"EXPLAIN (FORMAT JSON) {select}") for select in selects]
        return [int(orjson.loads(plan[0][0])[0]["Plan"]["Plan Rows"]) for plan in plans]

    async def _counts(self, selects: Sequence[str]) -> list[int | None]:
        """Counted: of a key's own index that takes a fifth of the walk."""
        parts = (
            f"SELECT {place}, count(*) FROM ({select}) rows" for place, select in enumerate(selects)
        )
        found = dict(map(tuple, await self._all(" UNION ALL ".join(parts))))
        return [found[place] for place in range(len(selects))]

    async def _walked(
        self, reading: Reading, within: Range, step: int, most: int
    ) -> list[KeyValues]:
        found: list[KeyValues] = []
        rest = within
        while len(found) < most:
            answer = await self._all(self._dialect.boundary(reading, rest, step))
            if answer and tuple(answer[0]) == rest.lower:
                answer = await self._all(self._dialect.next_key(reading, rest.lower, within))
            if not answer:
                break
            found.append(tuple(answer[0]))
            rest = Range(found[-1], within.upper)
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
    async def _session(self) -> AsyncIterator[Any]:
        async with self._pool.take() as session:
            with translated(self._server):
                yield session

    async def _all(self, statement: str, *arguments: object) -> list[Any]:
        async with self._session() as session:
            return list(await session.fetch(statement, *arguments))

    async def _streamed(
        self, statement: str, columns: Sequence[ReadColumn]
    ) -> AsyncGenerator[list[Any]]:
        """Every batch is a round trip, so where the rows turn out narrow there are more in one."""
        least = size = batch_of(columns)
        async with self._session() as session, session.transaction(readonly=True):
            cursor = await session.cursor(statement)
            while batch := await cursor.fetch(size):
                yield batch
                fitting = BATCH_BYTES // max(1, max(map(_characters, batch)))
                size = max(1, min(BATCH, _GROWTH * least, fitting))


def _characters(record: Sequence[str | None]) -> int:
    return sum(len(text) for text in record if text is not None)


def _digest(reading: Reading, record: Sequence[Any]) -> Digest:
    rows, hashed, folded = int(record[1]), int(record[2]), record[3]
    if reading.fold is Fold.SUM:
        return Digest(rows, hashed, tuple(int(lane) for lane in folded.split()), reading.fold)
    if reading.fingerprint is Fingerprint.HASHTEXT:
        lanes = tuple(int(lane) & _LANE for lane in folded.split())
        return Digest(rows, hashed, lanes, reading.fold)
    value = int(folded or "0", 2)
    return Digest(rows, hashed, (value >> 64, value & _LANE), reading.fold)


def _row(reading: Reading, record: Sequence[str | None]) -> Row:
    return tuple(map(cell, reading.columns, record))
