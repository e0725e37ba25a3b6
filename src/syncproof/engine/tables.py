"""One pair of tables from its definitions to its verdict; what fails here fails alone."""

from dataclasses import dataclass, field

from syncproof.domain.chunk import Chunk
from syncproof.domain.comparison import ComparisonKind, TablePair
from syncproof.domain.difference import Verdict
from syncproof.domain.errors import SyncproofError
from syncproof.domain.events import ChunkDone, TableDone, TablePlanned
from syncproof.domain.table import Table
from syncproof.engine.context import Context
from syncproof.engine.counts import Counts
from syncproof.engine.missing import failure_verdict, missing_verdict
from syncproof.engine.patience import patiently
from syncproof.engine.plan import Plan, make_count_plan, make_plan
from syncproof.engine.tally import Tally
from syncproof.engine.values import Values


@dataclass(frozen=True, slots=True)
class Resumed:
    """What an earlier run of the same comparison left of a table that it did not finish: its
    `TablePlanned.schema`, the chunks of its `ChunkDone` events and the sums of their numbers.
    `kept`: differences that were stored, which count towards the limit."""

    schema: str
    chunks: tuple[Chunk, ...]
    source_rows: int
    target_rows: int
    source_bytes: int
    only_source: int
    only_target: int
    changed: int
    kept: int


@dataclass(slots=True)
class TableComparison:
    """One pair of tables at work."""

    context: Context
    kind: ComparisonKind
    pair: TablePair
    resumed: Resumed | None
    _tally: Tally = field(default_factory=Tally)

    async def run(self, source: Table | None, target: Table | None) -> None:
        """Tell every event of the table, its verdict last."""
        try:
            verdict = await self._verdict(source, target)
        except SyncproofError as error:
            verdict = failure_verdict(error)
            if self._tally != Tally():
                verdict = self._tally.numbers(verdict)
        await self.context.tell(TableDone(self.pair, verdict))

    async def _verdict(self, source: Table | None, target: Table | None) -> Verdict:
        ours, theirs = self.context.source, self.context.target
        if source is None or target is None:
            there = (source is not None, target is not None)
            return await patiently(lambda: missing_verdict(self.pair, there, ours, theirs))
        if self.kind is ComparisonKind.LINES:
            plan = make_count_plan(self.pair, (source, target), (ours, theirs))
        else:
            plan = make_plan(self.pair, (source, target), (ours, theirs), self.context.options)
        resumed = self._resumed(plan)
        await self.context.tell(
            TablePlanned(self.pair, plan.source_rows, plan.row_bytes, plan.schema)
        )
        finished = resumed.chunks if resumed else ()
        if self.kind is ComparisonKind.LINES:
            await Counts(self.context, plan, self._tell).compare(finished)
            return self._tally.counts_verdict()
        kept = resumed.kept if resumed else 0
        await Values(self.context, plan, kept, self._tell).compare(finished)
        return self._tally.values_verdict(plan)

    def _resumed(self, plan: Plan) -> Resumed | None:
        """What counts of the earlier run: all of it or, where definitions changed, nothing."""
        earlier = self.resumed
        if earlier is None or earlier.schema != plan.schema:
            return None
        self._tally = Tally(
            earlier.source_rows,
            earlier.target_rows,
            earlier.only_source,
            earlier.only_target,
            earlier.changed,
        )
        return earlier

    async def _tell(self, done: ChunkDone) -> None:
        self._tally.add(done)
        await self.context.tell(done)
