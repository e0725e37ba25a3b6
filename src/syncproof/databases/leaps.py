"""Boundaries in an integer key without walking its rows.

To find the key `step` rows on, a server reads `step` rows; over a whole table that is as dear as
a quarter of its digest. So bounds are laid by arithmetic over the servers' estimate, and groups
of them are weighed. Where the rows are not spread that way, the walk decides.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from syncproof.databases.dialect import Dialect, keys
from syncproof.domain.chunk import KeyValues, Range
from syncproof.domain.table import Kind
from syncproof.ports.database import Reading

LEAST_STEP = 1_000
"""Rows; a shorter way is as well walked."""
_GROUP = 16
"""Bounds whose rows are weighed together."""
_SKEW = 10
"""How many times its share of rows a group may seem to hold; estimates are often off by two."""

Ask = Callable[[str], Awaitable[Sequence[Sequence[Any]]]]
Weigh = Callable[[Sequence[str]], Awaitable[Sequence[int | None]]]


def can_leap(reading: Reading, step: int) -> bool:
    """Whether the key is one integer, and the way long enough."""
    columns = keys(reading)
    if len(columns) != 1 or reading.ordered != 1 or step < LEAST_STEP:
        return False
    return columns[0].type.kind is columns[0].form.kind is Kind.INTEGER


@dataclass(frozen=True, slots=True)
class Leaps:
    """Bounds of one reading. `ask` gives the records of a statement; `estimate` and `weigh` the
    rows under each of several conditions: by the statistics, and of a group of bounds."""

    dialect: Dialect
    reading: Reading
    ask: Ask
    estimate: Weigh
    weigh: Weigh

    async def bounds(self, within: Range, step: int, most: int) -> list[KeyValues] | None:
        """At most so many, about `step` rows apart; None where they must be walked to. There are
        none where no row lies above the range's lower end."""
        first, last = await self._ends(within)
        if first is None or last is None:
            return []
        [rows] = await self.estimate([self._between(first, last + 1)])
        if not rows:
            return None
        width = max(1, (last + 1 - first) * step // rows)
        laid = range(first + width, last + 1, width)[:most]
        return await self._borne_out(first, laid, step) if laid else []

    async def _borne_out(self, first: int, laid: range, step: int) -> list[KeyValues] | None:
        """The bounds as far as the rows agree; of a stretch that is nearly empty, its end."""
        groups = [laid[start : start + _GROUP] for start in range(0, len(laid), _GROUP)]
        ends = pairwise([first, *(group[-1] for group in groups)])
        weights = await self.weigh([self._between(lower, upper) for lower, upper in ends])
        found: list[KeyValues] = []
        for group, rows in zip(groups, weights, strict=True):
            if rows is None or rows > _SKEW * step * len(group):
                break
            kept = group if rows > step else group[-1:]
            found += [(str(bound),) for bound in kept]
        return found or None

    async def _ends(self, within: Range) -> tuple[int | None, int | None]:
        name = self.dialect.name(keys(self.reading)[0].name)
        where = " AND ".join(self.dialect.within(self.reading, within)) or "1 = 1"
        [(first, last)] = await self.ask(
            f"SELECT MIN({name}), MAX({name}) FROM {self.dialect.table(self.reading)} WHERE {where}"
        )
        return (None, None) if first is None else (int(first), int(last))

    def _between(self, lower: int, upper: int) -> str:
        """A SELECT of the rows of a half-open range."""
        bounds = Range((str(lower),), (str(upper),))
        where = " AND ".join(self.dialect.within(self.reading, bounds))
        return f"SELECT 1 FROM {self.dialect.table(self.reading)} WHERE {where}"
