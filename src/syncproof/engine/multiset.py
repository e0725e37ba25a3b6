"""Compares rows whose key tells nothing, as multisets, in bounded memory and in any order.

Each row is a hash of ours, +1 on the source and -1 on the target, so that what is equal
vanishes while both are read. Where too many are open at once, only those hashes are looked at
that fall into one of 2, 4, 8 … classes, and both sides are read once a class.
"""

from collections.abc import AsyncIterator
from hashlib import sha256

from syncproof.domain.chunk import Chunk
from syncproof.domain.difference import Row, Side
from syncproof.domain.errors import Incomparable
from syncproof.engine.findings import Findings
from syncproof.engine.rows import Comparer, TooMany
from syncproof.engine.side import Party

MOST_OPEN = 200_000
MOST_CLASSES = 1 << 12

Open = dict[bytes, int]


async def compare_multisets(
    source: Party, target: Party, chunk: Chunk, comparer: Comparer, findings: Findings
) -> None:
    """Settle a chunk; each row counts with its copies, and none is said to have changed."""
    classes, done = 1, 0
    while done < classes:
        part = findings.part()
        reader = _Reader(source, target, chunk, comparer, done, classes)
        try:
            await reader.settle(part)
        except TooMany:
            part.drop()
            if classes >= MOST_CLASSES:
                raise Incomparable(reason="too many rows without a key differ") from None
            classes, done = classes * 2, done * 2
            continue
        except BaseException:
            part.drop()
            raise
        findings.absorb(part)
        done += 1


class _Reader:
    """One class of a chunk's rows: those whose hash begins in that part of all hashes."""

    def __init__(
        self,
        source: Party,
        target: Party,
        chunk: Chunk,
        comparer: Comparer,
        index: int,
        classes: int,
    ) -> None:
        self._source = source
        self._target = target
        self._chunk = chunk
        self._settle = comparer.settle
        self._lowest = index * (1 << 16) // classes
        self._beyond = (index + 1) * (1 << 16) // classes
        self._rows = {Side.SOURCE: 0, Side.TARGET: 0}

    async def settle(self, findings: Findings) -> None:
        """Count what is open at the end, and read again to show it while there is room."""
        left = await self._open()
        findings.read(self._rows[Side.SOURCE], self._rows[Side.TARGET])
        if left and findings.room:
            await self._show(left, findings)
        else:
            more = sum(copies for copies in left.values() if copies > 0)
            less = -sum(copies for copies in left.values() if copies < 0)
            findings.count(more, less, 0)

    async def _open(self) -> Open:
        """The hashes whose copies differ. Both streams are read by turns, batch by batch."""
        sums: Open = {}
        async with (
            self._source.rows(self._chunk) as ours,
            self._target.rows(self._chunk) as theirs,
        ):
            while True:
                more = await self._add(ours, Side.SOURCE, sums)
                if not await self._add(theirs, Side.TARGET, sums) and not more:
                    return sums

    async def _add(self, stream: AsyncIterator[list[Row]], side: Side, sums: Open) -> bool:
        batch = await anext(stream, None)
        if batch is None:
            return False
        step = 1 if side is Side.SOURCE else -1
        for _, name in self._mine(batch):
            self._rows[side] += 1
            copies = sums.pop(name, 0) + step
            if copies:
                sums[name] = copies
        if len(sums) > MOST_OPEN:
            raise TooMany
        return True

    async def _show(self, left: Open, findings: Findings) -> None:
        for side, party in ((Side.SOURCE, self._source), (Side.TARGET, self._target)):
            sign = 1 if side is Side.SOURCE else -1
            wanted = {name: copies * sign for name, copies in left.items() if copies * sign > 0}
            async with party.rows(self._chunk) as stream:
                async for batch in stream:
                    for row, name in self._mine(batch):
                        if copies := wanted.pop(name, 0):
                            findings.lone(side, self._settle(row), copies)
            rest = sum(wanted.values())
            findings.count(*((rest, 0, 0) if side is Side.SOURCE else (0, rest, 0)))

    def _mine(self, batch: list[Row]) -> list[tuple[Row, bytes]]:
        """The rows of this class, with their names: `repr` of a row's cells has no two readings."""
        named = ((row, sha256(repr(self._settle(row)).encode()).digest()[:16]) for row in batch)
        return [
            (row, name)
            for row, name in named
            if self._lowest <= int.from_bytes(name[:2], "big") < self._beyond
        ]
