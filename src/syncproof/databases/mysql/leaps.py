"""Boundaries in an integer key without walking its rows.

To find the key `step` rows on, a server reads `step` rows; over a whole table that is as dear as
a quarter of its digest. So bounds are laid by arithmetic, and the optimiser's estimate (a few
dives into the index, whatever the size of the range; often off by a factor of two) says whether
the rows are spread that way. Where they are not, the walk decides.
"""

from collections.abc import Awaitable, Callable, Sequence
from itertools import pairwise
from typing import Any

from syncproof.databases.dialect import keys
from syncproof.databases.mysql.dialect import MySQLDialect
from syncproof.databases.mysql.spelling import is_year
from syncproof.domain.chunk import KeyValues, Range
from syncproof.domain.table import Kind
from syncproof.ports.database import Reading

LEAST_STEP = 1_000
"""Rows; a shorter way is as well walked."""
_GROUP = 16
"""Bounds whose rows are estimated together; an estimate takes a millisecond."""
_SKEW = 10
"""How many times its share of rows a group may seem to hold."""

Query = Callable[[str], Awaitable[Sequence[Sequence[Any]]]]
Estimates = Callable[[str], Awaitable[list[int | None]]]


def can_leap(reading: Reading, step: int) -> bool:
    """Whether the key is one integer, and the way long enough."""
    columns = keys(reading)
    if len(columns) != 1 or reading.ordered != 1 or step < LEAST_STEP:
        return False
    own = columns[0].type
    return own.kind is Kind.INTEGER and columns[0].form.kind is Kind.INTEGER and not is_year(own)


class Leaps:
    """Bounds of one reading; `query` gives records, `estimates` the rows of each part of an
    EXPLAIN."""

    def __init__(
        self, query: Query, estimates: Estimates, dialect: MySQLDialect, reading: Reading
    ) -> None:
        self._query = query
        self._estimates = estimates
        self._dialect = dialect
        self._reading = reading

    async def bounds(self, within: Range, step: int, most: int) -> list[KeyValues] | None:
        """At most so many, about `step` rows apart; None where they must be walked to. There are
        none where no row lies above the range's lower end."""
        first, last = await self._ends(within)
        if first is None or last is None:
            return []
        [rows] = await self._rows([(first, last + 1)])
        if not rows:
            return None
        width = max(1, (last + 1 - first) * step // rows)
        laid = range(first + width, last + 1, width)[:most]
        return await self._borne_out(first, laid, step) if laid else []

    async def _borne_out(self, first: int, laid: range, step: int) -> list[KeyValues] | None:
        """The bounds as far as the estimates agree; of a stretch that is nearly empty, its end."""
        groups = [laid[start : start + _GROUP] for start in range(0, len(laid), _GROUP)]
        ends = [first, *(group[-1] for group in groups)]
        found: list[KeyValues] = []
        for group, rows in zip(groups, await self._rows(list(pairwise(ends))), strict=True):
            if rows is None or rows > _SKEW * step * len(group):
                break
            kept = group if rows > step else group[-1:]
            found += [(str(bound),) for bound in kept]
        return found or None

    async def _ends(self, within: Range) -> tuple[int | None, int | None]:
        name = self._dialect.name(keys(self._reading)[0].name)
        where = " AND ".join(self._dialect.within(self._reading, within)) or "1 = 1"
        table = self._dialect.table(self._reading)
        [(first, last)] = await self._query(
            f"SELECT MIN({name}), MAX({name}) FROM {table} WHERE {where}"
        )
        return (None, None) if first is None else (int(first), int(last))

    async def _rows(self, ranges: Sequence[tuple[int, int]]) -> list[int | None]:
        """Rows of each half-open range, as the optimiser sees them."""
        table = self._dialect.table(self._reading)
        parts = []
        for lower, upper in ranges:
            bounds = Range((str(lower),), (str(upper),))
            where = " AND ".join(self._dialect.within(self._reading, bounds))
            parts.append(f"SELECT 1 FROM {table} WHERE {where}")
        found = await self._estimates("EXPLAIN FORMAT=TRADITIONAL " + " UNION ALL ".join(parts))
        return found[: len(ranges)]
