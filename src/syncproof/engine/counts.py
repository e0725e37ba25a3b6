"""Compares the numbers of rows of one pair of tables: at once where that is quick, else by
ranges side by side, with no limit of time or rows."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from syncproof.domain.chunk import WHOLE, Chunk, KeyValues, Range
from syncproof.domain.errors import StatementTimeout
from syncproof.domain.events import ChunkDone
from syncproof.engine.context import Context
from syncproof.engine.course import Course, Span, in_order, resume_at
from syncproof.engine.patience import patiently
from syncproof.engine.plan import Plan
from syncproof.engine.side import Party
from syncproof.engine.together import both

AT_ONCE = 5_000_000
"""Rows, by the servers' estimates, that one statement counts."""
SPAN_ROWS = 1_000_000

Told = Callable[[ChunkDone], Awaitable[None]]


class Counts:
    """One pair of tables at work."""

    def __init__(self, context: Context, plan: Plan, tell: Told) -> None:
        self._context = context
        self._plan = plan
        self._tell = tell
        self._source, self._target = context.parties(plan)

    async def compare(self, finished: Sequence[Chunk]) -> None:
        """Count and tell what is not finished."""
        complete, start = resume_at(finished)
        if complete:
            return
        rows = max(self._plan.source_rows, self._plan.target_rows)
        lanes = self._context.options.connections
        if start is None and (rows <= AT_ONCE or not self._plan.source.ordered):
            async with self._context.lanes:
                [done] = await self._span((WHOLE,))
            await self._tell(done)
            return
        course = Course(
            self._source,
            self._target,
            SPAN_ROWS,
            span_seconds=0,
            rows=rows,
            lanes=lanes,
            steady=True,
        )
        await in_order(course.spans(start), self._context.lanes, self._span, self._tell)

    async def _span(self, span: Span) -> list[ChunkDone]:
        within = Range(span[0].lower, span[-1].upper)
        source, target = await both(
            count(self._source, self._plan.own_ordered[0], within),
            count(self._target, self._plan.own_ordered[1], within),
        )
        size = source * self._plan.row_bytes
        return [ChunkDone(self._plan.pair, Chunk(within), source, target, size)]


async def count(party: Party, ordered: int, within: Range) -> int:
    """The rows of a range on one side; what takes the server too long is counted in parts, cut
    where that side has its keys."""
    reading = replace(party.reading, ordered=ordered)
    try:
        return await patiently(lambda: party.count(Chunk(within), reading))
    except StatementTimeout:
        middle = await _middle(party, ordered, within) if ordered else None
        if middle is None:
            raise
    lower = await count(party, ordered, Range(within.lower, middle))
    return lower + await count(party, ordered, Range(middle, within.upper))


async def _middle(party: Party, ordered: int, within: Range) -> KeyValues | None:
    reading = replace(party.reading, ordered=ordered)
    for step in (SPAN_ROWS, SPAN_ROWS // 100, 1):
        if bounds := await party.boundaries(within, step, 1, reading):
            return bounds[0]
    return None
