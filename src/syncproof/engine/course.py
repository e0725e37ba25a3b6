"""Cuts the key space of a table into spans, from left to right, as far ahead as is useful.

A span is what one statement digests: a few neighbouring ranges. Its size follows the speed that
was measured. Spans are settled at once in any order, and their results are told in key order:
what is told is always the beginning of the table, so an interrupted comparison goes on at one
place, whatever was still running (a "highest key seen" would skip that).
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from syncproof.domain.chunk import Chunk, KeyValues, Range
from syncproof.domain.errors import SchemaChanged, StatementTimeout
from syncproof.domain.events import ChunkDone
from syncproof.engine.patience import patiently
from syncproof.engine.side import Party
from syncproof.engine.together import group
from syncproof.ports.database import Reading

Span = tuple[Range, ...]
Settle = Callable[[Span], Coroutine[Any, Any, list[ChunkDone]]]

MOST_PIECES = 16
SPANS_AHEAD = 4
MOST_WAITING = 512
"""Results that may wait for an earlier one."""
LEAST_ROWS = 256
FIRST_ROWS = 20_000
"""In a span, until the speed is known."""


@dataclass(slots=True)
class Course:
    """How a table is cut. `piece_rows`: the most in one range; `span_seconds`: what a statement
    should take; `rows`: estimate of the table; `lanes`: spans at work at once."""

    source: Party
    target: Party
    piece_rows: int
    span_seconds: float
    rows: int
    lanes: int
    steady: bool = False
    """Every span is one range of `piece_rows`, whatever the speed."""

    async def spans(self, start: KeyValues | None) -> AsyncGenerator[Span, None]:
        """From `start` to the open end. Bounds come from the source; where it has no more rows
        from the target, so that rows beyond the source's last key are cut as well."""
        parties = [self.source, self.target]
        lower, held = start, list[Range]()
        while True:
            step, pieces = self._size()
            bounds, parties = await _bounds(parties, Range(lower), step, pieces * SPANS_AHEAD)
            for bound in bounds:
                held.append(Range(lower, bound))
                lower = bound
                if len(held) >= pieces:
                    yield tuple(held)
                    held.clear()
            if not parties:
                yield (*held, Range(lower))
                return

    def _size(self) -> tuple[int, int]:
        """Rows of a range, and ranges of a span."""
        if self.steady:
            return self.piece_rows, 1
        paces = [party.pace.rows for party in (self.source, self.target) if party.pace.rows]
        rows = int(min(paces) * self.span_seconds) if paces else FIRST_ROWS
        share = max(FIRST_ROWS, self.rows // (2 * self.lanes))
        rows = max(LEAST_ROWS, min(rows, share))
        pieces = max(1, min(MOST_PIECES, -(-rows // self.piece_rows)))
        return max(1, min(self.piece_rows, rows // pieces)), pieces


async def _bounds(
    parties: Sequence[Party], within: Range, step: int, most: int
) -> tuple[list[KeyValues], list[Party]]:
    """The next bounds, and who may have more beyond them."""
    for place, party in enumerate(parties):
        if bounds := await bounds_of(party, within, step, most):
            return bounds, list(parties[place:])
    return [], []


async def bounds_of(
    party: Party, within: Range, step: int, most: int, reading: Reading | None = None
) -> list[KeyValues]:
    """The boundaries; where the server has not the time for such steps, shorter ones."""
    try:
        return await patiently(lambda: party.boundaries(within, step, most, reading))
    except StatementTimeout:
        if step == 1 and most == 1:
            raise
        return await bounds_of(party, within, max(1, step // 8), max(1, most // 8), reading)


def resume_at(chunks: Sequence[Chunk]) -> tuple[bool, KeyValues | None]:
    """Whether these finished chunks reach the end of the key space, and where they end if not.
    They are the beginning of the table; anything else is not what an earlier run has told."""
    following = {chunk.range.lower: chunk.range for chunk in chunks}
    place: KeyValues | None = None
    for _ in range(len(chunks)):
        if place not in following:
            raise SchemaChanged(table="finished chunks that do not begin the table")
        upper = following[place].upper
        if upper is None:
            return True, None
        place = upper
    return False, place


async def in_order(
    spans: AsyncGenerator[Span, None],
    lanes: asyncio.Semaphore,
    settle: Settle,
    tell: Callable[[ChunkDone], Awaitable[None]],
) -> None:
    """Settle spans side by side in free lanes, and tell their results in their own order."""
    waiting: asyncio.Queue[asyncio.Task[list[ChunkDone]] | None] = asyncio.Queue(MOST_WAITING)

    async def begin(tasks: asyncio.TaskGroup) -> None:
        async with aclosing(spans):
            async for span in spans:
                await lanes.acquire()
                work = settle(span)
                try:
                    task = tasks.create_task(work)
                except RuntimeError:  # the group is on its way down
                    work.close()
                    lanes.release()
                    return
                task.add_done_callback(lambda _: lanes.release())
                await waiting.put(task)
        await waiting.put(None)

    async with group() as tasks:
        tasks.create_task(begin(tasks))
        while (task := await waiting.get()) is not None:
            for done in await task:
                await tell(done)
