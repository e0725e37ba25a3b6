"""One side of a pair of tables: its server, what is read there, and how fast it answers."""

import time
from asyncio import Semaphore
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from syncproof.domain.chunk import Chunk, KeyValues, Range
from syncproof.domain.difference import Row, Side
from syncproof.domain.digest import Digest
from syncproof.domain.errors import DigestUnsound, SyncproofError
from syncproof.ports.database import Database, HashedRow, Reading

Item = TypeVar("Item")
_TELLING_ROWS = 500
_LONG = 1.0
"""Seconds."""


@contextmanager
def named(side: Side) -> Iterator[None]:
    """Errors from within say on which side they arose."""
    try:
        yield
    except SyncproofError as error:
        error.parameters.setdefault("side", side.value)
        raise


@dataclass(slots=True)
class Pace:
    """Rows a second that one statement digests, by what was measured lately."""

    rows: float = 0.0

    def learn(self, rows: int, seconds: float) -> None:
        """Small results say more of the network, or of a condition, than of the scan: they are
        passed over, unless they took long."""
        if rows < _TELLING_ROWS and seconds < _LONG:
            return
        measured = rows / max(seconds, 1e-4)
        self.rows = (self.rows + measured) / 2 if self.rows else measured


@dataclass(slots=True)
class Party:
    """One side of a pair of tables. `gate` bounds what runs at once on the server, over all
    tables; who holds the target's never waits for the source's, so that they cannot lock up."""

    side: Side
    database: Database
    reading: Reading
    gate: Semaphore
    pace: Pace = field(default_factory=Pace)

    async def digests(self, chunks: Sequence[Chunk]) -> list[Digest]:
        """The chunks' digests; raises DigestUnsound where a row was not hashed."""
        async with self._turn():
            began = time.monotonic()
            digests = await self.database.digests(self.reading, chunks)
            self.pace.learn(sum(d.rows for d in digests), time.monotonic() - began)
            self._sound(digests)
        return digests

    async def bucket_digests(self, chunk: Chunk, of: int, reading: Reading) -> dict[int, Digest]:
        """As of the database; `reading` may cut ranges of this side's own."""
        async with self._turn():
            began = time.monotonic()
            digests = await self.database.bucket_digests(reading, chunk, of)
            self.pace.learn(sum(d.rows for d in digests.values()), time.monotonic() - began)
            self._sound(list(digests.values()))
        return digests

    async def count(self, chunk: Chunk, reading: Reading) -> int:
        """Rows of the chunk; `reading` may cut ranges of this side's own."""
        async with self._turn():
            return await self.database.count(reading, chunk)

    async def boundaries(
        self, within: Range, step: int, most: int, reading: Reading | None = None
    ) -> list[KeyValues]:
        """As of the database, without a bound that would make an empty range."""
        async with self._turn():
            found = await self.database.boundaries(reading or self.reading, within, step, most)
        ends = {within.lower, within.upper}
        return [bound for bound in dict.fromkeys(found) if bound not in ends]

    async def rows_by_key(self, keys: Sequence[KeyValues]) -> list[Row]:
        """As of the database."""
        async with self._turn():
            return await self.database.rows_by_key(self.reading, keys)

    @asynccontextmanager
    async def hashes(self, chunk: Chunk) -> AsyncIterator[AsyncIterator[list[HashedRow]]]:
        """The batches, for as long as the context is open."""
        async with self._turn(), _open(self.database.hashes(self.reading, chunk)) as stream:
            yield self._told(stream)

    @asynccontextmanager
    async def rows(self, chunk: Chunk) -> AsyncIterator[AsyncIterator[list[Row]]]:
        """The batches, for as long as the context is open."""
        async with self._turn(), _open(self.database.rows(self.reading, chunk)) as stream:
            yield self._told(stream)

    @asynccontextmanager
    async def ordered_rows(
        self, chunk: Chunk
    ) -> AsyncIterator[AsyncIterator[list[tuple[str, Row]]]]:
        """The batches, for as long as the context is open."""
        async with self._turn(), _open(self.database.ordered_rows(self.reading, chunk)) as stream:
            yield self._told(stream)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        async with self.gate:
            with named(self.side):
                yield

    async def _told(self, stream: AsyncIterator[Item]) -> AsyncIterator[Item]:
        """Named here too: in a merge the error of one stream leaves through the other's context."""
        with named(self.side):
            async for item in stream:
                yield item

    def _sound(self, digests: Sequence[Digest]) -> None:
        if not all(digest.sound for digest in digests):
            raise DigestUnsound(table=str(self.reading.table))


@asynccontextmanager
async def _open(stream: AsyncIterator[Item]) -> AsyncIterator[AsyncIterator[Item]]:
    """Closes the stream at once when it is left early, so that its statement ends."""
    try:
        yield stream
    finally:
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()
