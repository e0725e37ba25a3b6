"""Compares a table whose keys the two sides do not order alike, or that has no key.

Each side is scanned once, in ranges of its own index where it has one, for the digests of all
buckets of the key's hash: sums of ranges add up to the same, however each side was cut. The
rows of unequal buckets are merged in few statements, because each scans the table again.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from syncproof.domain import chunk as chunks
from syncproof.domain.chunk import WHOLE, Chunk, KeyValues, Range
from syncproof.domain.events import ChunkDone
from syncproof.engine.buckets import (
    Buckets,
    Totals,
    buckets_for,
    covered,
    join,
    totals,
)
from syncproof.engine.context import Context
from syncproof.engine.course import bounds_of
from syncproof.engine.findings import Findings
from syncproof.engine.patience import patiently
from syncproof.engine.side import Party
from syncproof.engine.together import both, group

WHOLE_ROWS = 50_000
"""Estimated rows up to which a side is scanned by one statement."""
FIRST_STEP = 50_000
MERGED_AT_ONCE = 100_000
"""Rows that are worth a statement of their own."""
MOST_MERGES = 8

ChunkWork = Callable[[Findings], Awaitable[None]]
Settle = Callable[[Chunk, ChunkWork], Awaitable[ChunkDone]]
Told = Callable[[ChunkDone], Awaitable[None]]


@dataclass(slots=True)
class Hashed:
    """One such table at work."""

    context: Context
    buckets: Buckets
    settle: Settle
    tell: Told

    async def compare(self, finished: Sequence[Chunk]) -> None:
        """Settle and tell the buckets that are not finished."""
        if any(chunk.buckets is None for chunk in finished):
            return
        plan = self.buckets.plan
        known = {chunk.buckets.of for chunk in finished if chunk.buckets}
        of = max(known) if known else buckets_for(max(plan.source_rows, plan.target_rows))
        done = {index for chunk in finished if chunk.buckets for index in chunk.buckets.indexes}
        if len(done) < of:
            await self._buckets(of, tuple(i for i in range(of) if i not in done))

    async def _buckets(self, of: int, indexes: tuple[int, ...]) -> None:
        only = chunks.Buckets(indexes, of) if len(indexes) < of else None
        ours, theirs = await self._totals(of, only)
        if only is None:
            rows = max(covered(ours, theirs, range(of)))
            if (finer := buckets_for(rows)) > 4 * of and ours != theirs:
                return await self._buckets(finer, tuple(range(finer)))
        unequal = self.buckets.unequal(ours, theirs, indexes)
        equal = tuple(sorted(set(indexes) - set(unequal)))
        if equal:
            counts = covered(ours, theirs, equal)
            await self.tell(await self.settle(self._chunk(equal, of), _already(counts)))
        sides = covered(ours, theirs, unequal)
        await self._merge(unequal, of, max(sides, default=0))
        return None

    async def _totals(self, of: int, only: chunks.Buckets | None) -> tuple[Totals, Totals]:
        plan = self.buckets.plan
        return await both(
            self._scan(self.buckets.source, plan.own_ordered[0], plan.source_rows, of, only),
            self._scan(self.buckets.target, plan.own_ordered[1], plan.target_rows, of, only),
        )

    async def _scan(
        self, party: Party, ordered: int, rows: int, of: int, only: chunks.Buckets | None
    ) -> Totals:
        found: Totals = {}
        reading = replace(party.reading, ordered=ordered)

        async def scan(piece: Range) -> None:
            part = Chunk(piece, only)
            join(found, await patiently(lambda: totals(party, part, of, reading)))

        async with group() as tasks:
            lower: KeyValues | None = None
            while ordered and rows > WHOLE_ROWS:
                step = max(FIRST_STEP, int(party.pace.rows * self.context.options.chunk_seconds))
                bounds = await bounds_of(party, Range(lower), step, 4, reading)
                for bound in bounds:
                    tasks.create_task(scan(Range(lower, bound)))
                    lower = bound
                if not bounds:
                    break
            tasks.create_task(scan(Range(lower)))
        return found

    async def _merge(self, unequal: tuple[int, ...], of: int, rows: int) -> None:
        parts = min(MOST_MERGES, max(1, rows // MERGED_AT_ONCE), len(unequal))

        async def merge(indexes: tuple[int, ...]) -> None:
            chunk = self._chunk(indexes, of)
            async with self.context.lanes:
                done = await self.settle(chunk, lambda found: self.buckets.merge(chunk, found))
            await self.tell(done)

        async with group() as tasks:
            for place in range(parts):
                tasks.create_task(merge(unequal[place::parts]))

    def _chunk(self, indexes: tuple[int, ...], of: int) -> Chunk:
        return Chunk(WHOLE, chunks.Buckets(indexes, of))


def _already(counts: tuple[int, int]) -> ChunkWork:
    async def work(findings: Findings) -> None:
        findings.read(*counts)

    return work
