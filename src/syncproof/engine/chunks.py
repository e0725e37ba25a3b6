"""One chunk settled: digests of both sides, and rows only where those are unequal.

What is unequal is cut until a piece fits into memory; of a piece the keys and hashes of both
sides are read, and then the rows of the keys that differ. Where most rows differ, hashes are
a detour and the rows are read at once; where nearly every piece differs, digests are one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from syncproof.domain.chunk import Chunk, KeyValues, Range
from syncproof.domain.digest import Digest
from syncproof.domain.errors import DigestUnsound
from syncproof.engine.buckets import Buckets
from syncproof.engine.budget import Budget
from syncproof.engine.findings import Findings
from syncproof.engine.memory import Measure
from syncproof.engine.plan import Plan
from syncproof.engine.reading import Hashes, fetch, read_hashes, read_rows
from syncproof.engine.rows import Comparer, TooMany
from syncproof.engine.side import Party
from syncproof.engine.together import both

DENSE = 0.3
"""Share of rows that differ from which on rows are read at once."""
HOPELESS = 0.7
"""Share of unequal pieces from which on digests are left out."""
MOST_PIECES = 16
"""Ranges whose digests one statement gives."""


@dataclass(slots=True)
class Density:
    """How much differed lately."""

    pieces: float = 0.0
    rows: float = 0.0

    def saw_pieces(self, unequal: int, all_of_them: int) -> None:
        self.pieces += (unequal / max(all_of_them, 1) - self.pieces) * 0.5

    def saw_rows(self, differing: int, all_of_them: int) -> None:
        self.rows += (differing / max(all_of_them, 1) - self.rows) * 0.3


@dataclass(slots=True)
class Examiner:
    """Settles chunks of one pair of tables; many at once."""

    plan: Plan
    source: Party
    target: Party
    measure: Measure
    comparer: Comparer
    budget: Budget
    buckets: Buckets
    density: Density = field(default_factory=Density)

    async def ranges(self, ranges: Sequence[Range], findings: Findings) -> None:
        """Settle these ranges; the findings are whole when this returns."""
        chunks = [Chunk(each) for each in ranges]
        if self.density.pieces < HOPELESS or not self._by_hashes_at_all:
            await self._digested(chunks, findings)
            return
        for chunk in chunks:
            before = findings.differing
            if not await self._hashed(chunk, False, findings):
                await self._digested([chunk], findings)
            elif findings.differing == before:
                self.density.saw_pieces(0, 1)

    @property
    def _by_hashes_at_all(self) -> bool:
        """Hashes tell rows apart: of keys that stand for one row, with no column left out."""
        return not self.plan.repeats and all(c.form.served for c in self.plan.source.columns)

    async def _digested(self, chunks: Sequence[Chunk], findings: Findings) -> None:
        ours, theirs = await both(self.source.digests(chunks), self.target.digests(chunks))
        unequal = 0
        for chunk, source, target in zip(chunks, ours, theirs, strict=True):
            if self._equal(source, target):
                findings.read(source.rows, target.rows)
            else:
                unequal += 1
                await self._unequal(chunk, source, target, findings)
        self.density.saw_pieces(unequal, len(chunks))

    def _equal(self, source: Digest, target: Digest) -> bool:
        """Digests leave columns out that are not served: those are read."""
        served = all(column.form.served for column in self.plan.source.columns)
        return source == target and (served or source.rows == 0)

    async def _unequal(
        self, chunk: Chunk, source: Digest, target: Digest, findings: Findings
    ) -> None:
        rows = max(source.rows, target.rows)
        if rows > self.measure.most_rows:
            await self._cut(chunk, source.rows >= target.rows, rows, findings)
            return
        apart = abs(source.rows - target.rows) / max(rows, 1)
        sparse = max(apart, self.density.rows) < DENSE and self._by_hashes_at_all
        if sparse and await self._hashed(chunk, source != target, findings):
            return
        try:
            await self._whole(chunk, source != target, findings)
        except TooMany:
            await self._cut(chunk, source.rows >= target.rows, rows, findings)

    async def _cut(self, chunk: Chunk, by_source: bool, rows: int, findings: Findings) -> None:
        """Cut where the fuller side has its rows; what has no boundary goes by key hash."""
        pieces = min(MOST_PIECES * 4, max(2, math.ceil(rows / self.measure.most_rows * 2)))
        fuller = self.source if by_source else self.target
        step = max(1, rows // pieces)
        bounds = await fuller.boundaries(chunk.range, step, pieces)
        if not bounds:
            await self.buckets.settle(chunk, rows, findings)
            return
        cuts = [Chunk(each) for each in between(chunk.range, bounds)]
        for start in range(0, len(cuts), MOST_PIECES):
            await self._digested(cuts[start : start + MOST_PIECES], findings)

    async def _hashed(self, chunk: Chunk, unequal: bool, findings: Findings) -> bool:
        """Compare by hashes; False, with nothing found, where the rows must be read instead.
        `unequal`: the digests were."""
        most = 2 * self.measure.most_rows
        async with self.budget.hold(self.measure.row_bytes * self.measure.most_rows):
            try:
                ours, theirs = await both(
                    read_hashes(self.source, chunk, most), read_hashes(self.target, chunk, most)
                )
            except TooMany:
                return False
            if ours is None or theirs is None:
                return False
            if not await self._told_apart(ours, theirs, findings):
                return False
        findings.read(len(ours), len(theirs))
        if unequal and ours == theirs:
            await self._explain(chunk)
        return True

    async def _told_apart(self, ours: Hashes, theirs: Hashes, findings: Findings) -> bool:
        """Find what differs between these; False where too much does."""
        differing = _unequal_keys(ours, theirs)
        rows = max(len(ours), len(theirs))
        self.density.saw_rows(len(differing), rows)
        if self.plan.hashes_decide and not findings.room:
            _count(differing, ours, theirs, findings)
            return True
        if len(differing) > max(DENSE * rows, 200):
            return False
        return await self._fetched(differing, ours, theirs, findings)

    async def _fetched(
        self, differing: Sequence[KeyValues], ours: Hashes, theirs: Hashes, findings: Findings
    ) -> bool:
        """Compare the rows of these keys; False where a server does not find by its key what
        it has listed under that key: then the whole piece is read."""
        source, target = await both(
            fetch(self.source, [key for key in differing if key in ours]),
            fetch(self.target, [key for key in differing if key in theirs]),
        )
        if source is None or target is None:
            return False
        self.comparer.compare(source, target, findings)
        return True

    async def _whole(self, chunk: Chunk, hashes_differ: bool, findings: Findings) -> None:
        """Compare all rows of the piece; raises TooMany with nothing found."""
        async with self.budget.hold(2 * self.measure.row_bytes * self.measure.most_rows):
            source, target = await both(
                read_rows(self.source, chunk, self.measure),
                read_rows(self.target, chunk, self.measure),
            )
            before = findings.differing
            self.comparer.compare(source, target, findings)
        findings.read(len(source), len(target))
        found = findings.differing - before
        self.density.saw_rows(found, max(len(source), len(target)))
        if hashes_differ and not found and self.plan.hashes_decide:
            await self._explain(chunk)

    async def _explain(self, chunk: Chunk) -> None:
        """Rows agree where digests did not: they moved meanwhile, or a server's hash is not of
        its text, and then nothing that it says can be trusted."""
        ours, theirs = await both(self.source.digests([chunk]), self.target.digests([chunk]))
        if ours != theirs:
            raise DigestUnsound(table=str(self.plan.pair.source))


def between(within: Range, bounds: Sequence[KeyValues]) -> list[Range]:
    """The ranges that these bounds cut a range into; each key of it is in one of them."""
    edges = [within.lower, *bounds, within.upper]
    return [Range(lower, upper) for lower, upper in pairwise(edges)]


def _unequal_keys(ours: Hashes, theirs: Hashes) -> list[KeyValues]:
    differing = [key for key, hash in ours.items() if theirs.get(key) != hash]
    differing.extend(key for key in theirs if key not in ours)
    return differing


def _count(
    differing: Sequence[KeyValues], ours: Hashes, theirs: Hashes, findings: Findings
) -> None:
    here = sum(key in ours for key in differing)
    there = sum(key in theirs for key in differing)
    changed = here + there - len(differing)
    findings.count(here - changed, there - changed, changed)
