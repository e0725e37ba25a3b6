"""Compares rows that are at hand: two lists of one chunk, or two streams ordered alike."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from operator import itemgetter

from syncproof.domain.canonical import settle
from syncproof.domain.difference import Cell, Row, Side
from syncproof.engine.findings import Findings
from syncproof.engine.plan import Plan

Ordered = tuple[str, Row]
AFTER_ALL = "~"
"""Greater than every key hash."""


class TooMany(Exception):
    """More rows or bytes than may be in memory at once; the work is cut smaller."""


class Comparer:
    """Compares rows of one pair of tables. Where a key stands for one row, by key; where rows
    may repeat, as multisets, and what is left of a key on both sides is paired in order."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._columns = plan.source.columns
        self._settled = plan.settled
        self._keyed = plan.source.keyed
        self.key: Callable[[Row], object] = itemgetter(*plan.source.key)

    def compare(self, source: list[Row], target: list[Row], findings: Findings) -> None:
        """Add what differs; all rows of the keys in question are there, on both sides."""
        if self._plan.repeats:
            return self._multisets(source, target, findings)
        ours = {self.key(row): row for row in source}
        theirs = {self.key(row): row for row in target}
        if len(ours) < len(source) or len(theirs) < len(target):
            return self._multisets(source, target, findings)
        for key, row in ours.items():
            other = theirs.pop(key, None)
            if other is None:
                findings.lone(Side.SOURCE, self.settle(row))
            elif row != other:
                self._unequal(row, other, findings)
        for row in theirs.values():
            findings.lone(Side.TARGET, self.settle(row))
        return None

    def settle(self, row: Row) -> Row:
        """The row with one text for each value."""
        if not self._settled:
            return row
        cells: list[Cell] = list(row)
        for position in self._settled:
            cell = cells[position]
            if isinstance(cell, str):
                cells[position] = settle(self._columns[position].form, cell)
        return tuple(cells)

    def _unequal(self, source: Row, target: Row, findings: Findings) -> None:
        ours, theirs = self.settle(source), self.settle(target)
        if ours != theirs:
            findings.pair(ours, theirs)

    def _multisets(self, source: list[Row], target: list[Row], findings: Findings) -> None:
        ours, theirs = Counter(source), Counter(target)
        left, right = ours - theirs, theirs - ours
        if self._settled:
            left, right = self._settled_counts(left), self._settled_counts(right)
            left, right = left - right, right - left
        if self._keyed:
            self._pair_off(left, right, findings)
        for row, copies in left.items():
            findings.lone(Side.SOURCE, row, copies)
        for row, copies in right.items():
            findings.lone(Side.TARGET, row, copies)

    def _settled_counts(self, counts: Counter[Row]) -> Counter[Row]:
        settled: Counter[Row] = Counter()
        for row, copies in counts.items():
            settled[self.settle(row)] += copies
        return settled

    def _pair_off(self, left: Counter[Row], right: Counter[Row], findings: Findings) -> None:
        """One of each side under the same key is a row that changed; takes such from both."""
        candidates: defaultdict[object, list[Row]] = defaultdict(list)
        for row in sorted(right.elements(), key=repr, reverse=True):
            candidates[self.key(row)].append(row)
        for row in sorted(left.elements(), key=repr):
            if others := candidates.get(self.key(row)):
                other = others.pop()
                findings.pair(row, other)
                _take(left, row)
                _take(right, other)


def _take(counts: Counter[Row], row: Row) -> None:
    counts[row] -= 1
    if not counts[row]:
        del counts[row]


async def merge(
    source: AsyncIterator[list[Ordered]],
    target: AsyncIterator[list[Ordered]],
    compare: Callable[[list[Row], list[Row]], None],
    most_rows: int,
) -> None:
    """Hand over the rows of both sides, in portions that hold whole key hashes. Raises TooMany
    where so many rows share one that, beside a batch of each side, more than `most_rows` would
    be held."""
    ours, theirs = _Front(source), _Front(target)
    while True:
        await _advance(ours, theirs)
        bound = min(ours.reaches, theirs.reaches)
        compare(ours.cut(bound), theirs.cut(bound))
        if bound == AFTER_ALL:
            return
        if len(ours.rows) + len(theirs.rows) > most_rows + ours.batch + theirs.batch:
            raise TooMany


async def _advance(ours: "_Front", theirs: "_Front") -> None:
    """Read on where less has been seen."""
    behind = ours if ours.reaches <= theirs.reaches else theirs
    await behind.read()


class _Front:
    """What has been read of one stream and not handed over."""

    def __init__(self, stream: AsyncIterator[list[Ordered]]) -> None:
        self._stream = stream
        self._hashes: list[str] = []
        self.rows: list[Row] = []
        self.batch = 0
        """Rows of the largest batch so far."""
        self.reaches = ""
        """All rows with smaller key hashes have been read."""

    async def read(self) -> None:
        async for batch in self._stream:
            if batch:
                self._hashes.extend(map(itemgetter(0), batch))
                self.rows.extend(map(itemgetter(1), batch))
                self.reaches = self._hashes[-1]
                self.batch = max(self.batch, len(batch))
                return
        self.reaches = AFTER_ALL

    def cut(self, bound: str) -> list[Row]:
        """Take the rows whose key hash is smaller."""
        end = bisect_left(self._hashes, bound)
        taken = self.rows[:end]
        del self.rows[:end], self._hashes[:end]
        return taken
