"""Chunks that no range can cut: tables without a common order, without a key, heavy prefixes.

One scan of each side gives the digests of all buckets of the key's hash; the rows of unequal
buckets are then read by both servers in the order of that hash, and merged as streams.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from syncproof.domain import chunk as chunks
from syncproof.domain.chunk import Chunk
from syncproof.domain.difference import Row
from syncproof.domain.digest import Digest, add, empty
from syncproof.domain.errors import StatementTimeout
from syncproof.engine.budget import Budget
from syncproof.engine.findings import Findings
from syncproof.engine.memory import PIECE_BYTES, Measure
from syncproof.engine.multiset import compare_multisets
from syncproof.engine.plan import Plan
from syncproof.engine.rows import Comparer, TooMany, merge
from syncproof.engine.side import Party
from syncproof.engine.together import both
from syncproof.ports.database import Reading

MOST_BUCKETS = 4096
ROWS_A_BUCKET = 2_000

Totals = dict[int, Digest]


def buckets_for(rows: int) -> int:
    """How many buckets so many rows are worth: a power of two."""
    return min(MOST_BUCKETS, 1 << max(0, (rows // ROWS_A_BUCKET).bit_length()))


@dataclass(slots=True)
class Buckets:
    """Settles chunks of one pair of tables by the hash of their keys."""

    plan: Plan
    source: Party
    target: Party
    measure: Measure
    comparer: Comparer
    budget: Budget

    async def settle(self, chunk: Chunk, rows: int, findings: Findings) -> None:
        """Settle a chunk of about so many rows."""
        of = buckets_for(rows)
        everything = tuple(range(of))
        ours, theirs = await both(totals(self.source, chunk, of), totals(self.target, chunk, of))
        unequal = self.unequal(ours, theirs, everything)
        findings.read(*covered(ours, theirs, set(everything) - set(unequal)))
        if unequal:
            await self.merge(replace(chunk, buckets=chunks.Buckets(unequal, of)), findings)

    def unequal(self, ours: Totals, theirs: Totals, indexes: Sequence[int]) -> tuple[int, ...]:
        """Which buckets have to be read."""
        served = all(column.form.served for column in self.plan.source.columns)
        nothing = empty(self.plan.source.fold)
        return tuple(
            index
            for index in indexes
            if (mine := ours.get(index, nothing)) != theirs.get(index, nothing)
            or not (served or mine.rows == 0)
        )

    async def merge(self, chunk: Chunk, findings: Findings) -> None:
        """Compare all rows of these buckets as streams. What the server cannot sort within its
        time is halved; where too many rows share one key hash it is counted as a multiset."""
        part = findings.part()
        try:
            await self._merged(chunk, part)
            findings.absorb(part)
        except TooMany:
            part.drop()
            await compare_multisets(self.source, self.target, chunk, self.comparer, findings)
        except StatementTimeout:
            part.drop()
            for half in halves(chunk):
                await self.merge(half, findings)
        except BaseException:
            part.drop()
            raise

    async def _merged(self, chunk: Chunk, findings: Findings) -> None:
        def compare(source: list[Row], target: list[Row]) -> None:
            findings.read(len(source), len(target))
            self.comparer.compare(source, target, findings)

        most = 4 * self.measure.most_rows
        async with (
            self.budget.hold(2 * PIECE_BYTES),
            self.source.ordered_rows(chunk) as ours,
            self.target.ordered_rows(chunk) as theirs,
        ):
            await merge(ours, theirs, compare, most)


async def totals(party: Party, chunk: Chunk, of: int, reading: Reading | None = None) -> Totals:
    """The digests of a chunk's buckets; what takes the server too long is asked in halves.
    `reading` may cut ranges of this side's own."""
    try:
        return await party.bucket_digests(chunk, of, reading or party.reading)
    except StatementTimeout:
        whole = chunk.buckets or chunks.Buckets(tuple(range(max(of, 2))), max(of, 2))
        found: Totals = {}
        for half in halves(replace(chunk, buckets=whole)):
            join(found, await totals(party, half, of, reading))
        return found


def join(found: Totals, more: Totals) -> None:
    """Add the digests of other rows."""
    for index, digest in more.items():
        found[index] = add(found[index], digest) if index in found else digest


def halves(chunk: Chunk) -> tuple[Chunk, Chunk]:
    """The buckets of a chunk in two parts; raises StatementTimeout where there is but one."""
    if chunk.buckets is None or len(chunk.buckets.indexes) < 2:
        raise StatementTimeout(detail="a part that cannot be cut smaller takes too long")
    indexes = chunk.buckets.indexes
    middle = len(indexes) // 2
    one, other = (
        replace(chunk, buckets=replace(chunk.buckets, indexes=half))
        for half in (indexes[:middle], indexes[middle:])
    )
    return one, other


def covered(ours: Totals, theirs: Totals, indexes: Collection[int]) -> tuple[int, int]:
    """Rows of these buckets on both sides."""
    source, target = (
        sum(digests[index].rows for index in indexes if index in digests)
        for digests in (ours, theirs)
    )
    return source, target
