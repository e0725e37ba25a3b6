"""Compares the values of one pair of tables, by ranges where both sides order alike, else by
the hash of the key; rows with NULL in the key are one chunk more."""

from collections.abc import Awaitable, Callable, Sequence

from syncproof.domain.chunk import Chunk, Range
from syncproof.domain.errors import StatementTimeout
from syncproof.domain.events import ChunkDone
from syncproof.engine.buckets import Buckets
from syncproof.engine.chunks import Examiner, between
from syncproof.engine.context import Context
from syncproof.engine.course import Course, Span, in_order, resume_at
from syncproof.engine.differences import Scribe
from syncproof.engine.findings import Allowance, Findings
from syncproof.engine.hashed import Hashed
from syncproof.engine.memory import measure
from syncproof.engine.multiset import compare_multisets
from syncproof.engine.patience import patiently
from syncproof.engine.plan import Plan
from syncproof.engine.rows import Comparer
from syncproof.engine.together import both

Told = Callable[[ChunkDone], Awaitable[None]]
NULL_ROWS = Chunk(null_key=True)


class Values:
    """One pair of tables at work; `kept` differences are in the store already."""

    def __init__(self, context: Context, plan: Plan, kept: int, tell: Told) -> None:
        self.context = context
        self.plan = plan
        self.tell = tell
        self.source, self.target = context.parties(plan)
        self._scribe = Scribe(self.source, self.target, context.options.display_length)
        self._allowance = Allowance(max(0, context.options.difference_limit - kept))
        self.measure = measure(plan)
        self.comparer = Comparer(plan)
        parts = (plan, self.source, self.target, self.measure, self.comparer, context.budget)
        self.buckets = Buckets(*parts)
        self._examiner = Examiner(*parts, buckets=self.buckets)

    async def compare(self, finished: Sequence[Chunk]) -> None:
        """Settle and tell what is not finished."""
        rows = [chunk for chunk in finished if not chunk.null_key]
        if self.plan.source.ordered:
            await self._ranges(rows)
        else:
            await Hashed(self.context, self.buckets, self.chunk, self.tell).compare(rows)
        nullable = self.plan.source.keyed and not self.plan.source.null_free
        if nullable and NULL_ROWS not in finished:
            await self._nulls()

    async def chunk(self, chunk: Chunk, work: Callable[[Findings], Awaitable[None]]) -> ChunkDone:
        """What `work` finds in a chunk, tried again where that may help."""

        async def once() -> ChunkDone:
            findings = Findings(self._scribe, self._allowance)
            try:
                await work(findings)
            except BaseException:
                findings.drop()
                raise
            return self.done(chunk, findings)

        return await patiently(once)

    def done(self, chunk: Chunk, findings: Findings) -> ChunkDone:
        """The event of a settled chunk."""
        return ChunkDone(
            pair=self.plan.pair,
            chunk=chunk,
            source_rows=findings.source_rows,
            target_rows=findings.target_rows,
            source_bytes=findings.source_rows * self.plan.row_bytes,
            only_source=findings.only_source,
            only_target=findings.only_target,
            changed=findings.changed,
            differences=tuple(findings.differences),
        )

    async def _ranges(self, finished: Sequence[Chunk]) -> None:
        complete, start = resume_at(finished)
        if complete:
            return
        options = self.context.options
        course = Course(
            self.source,
            self.target,
            piece_rows=self.measure.most_rows,
            span_seconds=options.chunk_seconds,
            rows=max(self.plan.source_rows, self.plan.target_rows),
            lanes=options.connections,
        )
        await in_order(course.spans(start), self.context.lanes, self._span, self.tell)

    async def _span(self, span: Span) -> list[ChunkDone]:
        """Settle a span; what takes a server too long is cut, never skipped."""
        chunk = Chunk(Range(span[0].lower, span[-1].upper))
        try:
            return [await self.chunk(chunk, lambda found: self._examiner.ranges(span, found))]
        except StatementTimeout:
            if halves := await self._halves(span):
                return [*await self._span(halves[0]), *await self._span(halves[1])]
            rows = max(self.plan.source_rows, self.plan.target_rows)
            return [await self.chunk(chunk, lambda found: self.buckets.settle(chunk, rows, found))]

    async def _halves(self, span: Span) -> tuple[Span, Span] | None:
        """Two spans that make up this one; None where no key lies within."""
        if len(span) > 1:
            middle = len(span) // 2
            return span[:middle], span[middle:]
        for step in (self.measure.most_rows, 64, 1):
            for party in (self.source, self.target):
                if bounds := await party.boundaries(span[0], step, 64):
                    one, other = between(span[0], [bounds[len(bounds) // 2]])
                    return (one,), (other,)
        return None

    async def _nulls(self) -> None:
        async def work(findings: Findings) -> None:
            chunks = [NULL_ROWS]
            [ours], [theirs] = await both(self.source.digests(chunks), self.target.digests(chunks))
            served = all(column.form.served for column in self.plan.source.columns)
            if ours == theirs and (served or not ours.rows):
                findings.read(ours.rows, theirs.rows)
            else:
                await compare_multisets(
                    self.source, self.target, NULL_ROWS, self.comparer, findings
                )

        await self.tell(await self.chunk(NULL_ROWS, work))
