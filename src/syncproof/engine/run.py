"""Drives a comparison from its pairs of tables to their verdicts; resumable at any event."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field

from syncproof.domain.comparison import ComparisonKind, Options, TablePair
from syncproof.domain.difference import Side, Verdict
from syncproof.domain.errors import SyncproofError
from syncproof.domain.events import Event, TableDone
from syncproof.domain.table import Table, TableName
from syncproof.engine.context import Context
from syncproof.engine.missing import failure_verdict
from syncproof.engine.patience import patiently
from syncproof.engine.side import named
from syncproof.engine.tables import Resumed, TableComparison
from syncproof.engine.together import both, group
from syncproof.ports.database import Database

__all__ = ["Resumed", "Task", "compare"]

MOST_UNHEARD = 4
"""Events that may wait for the consumer; then the work waits."""
DESCRIBED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be compared. Tables in `verdicts` are done and are not looked at again; those
    in `resumed` go on from their finished chunks."""

    kind: ComparisonKind
    pairs: tuple[TablePair, ...]
    options: Options
    resumed: Mapping[TablePair, Resumed] = field(default_factory=dict)
    verdicts: Mapping[TablePair, Verdict] = field(default_factory=dict)


async def compare(task: Task, source: Database, target: Database) -> AsyncGenerator[Event, None]:
    """Compare, telling each event as it happens; both databases are connected and stay open.

    The consumer persists each event before it pulls the next, and closes the iterator
    (`contextlib.aclosing`): closing it stops every statement on both servers.

    A `TablePlanned` whose `schema` is not the one that was resumed starts its table anew: the
    consumer forgets the table's chunks and differences of before.
    """
    heard: asyncio.Queue[Event | None] = asyncio.Queue()
    room = asyncio.Semaphore(MOST_UNHEARD)

    async def tell(event: Event) -> None:
        await room.acquire()
        heard.put_nowait(event)

    work = asyncio.create_task(_tables(task, Context(task.options, source, target, tell)))
    work.add_done_callback(lambda _: heard.put_nowait(None))
    try:
        while (event := await heard.get()) is not None:
            room.release()
            yield event
        await work
    finally:
        work.cancel()
        await asyncio.wait({work})


async def _tables(task: Task, context: Context) -> None:
    """As many tables at once as there are lanes, described some hundreds at a time."""
    open_pairs = [pair for pair in task.pairs if pair not in task.verdicts]
    for start in range(0, len(open_pairs), DESCRIBED_AT_ONCE):
        pairs = open_pairs[start : start + DESCRIBED_AT_ONCE]
        try:
            found = await _described(pairs, context)
        except SyncproofError as error:
            for pair in pairs:
                await context.tell(TableDone(pair, failure_verdict(error)))
            continue
        await _compared(task, pairs, found, context)


Definitions = dict[TableName, Table]


async def _described(
    pairs: Sequence[TablePair], context: Context
) -> tuple[Definitions, Definitions]:
    async def describe(side: Side, database: Database, names: set[TableName]) -> Definitions:
        with named(side):
            return await patiently(lambda: database.describe(sorted(names)))

    return await both(
        describe(Side.SOURCE, context.source, {pair.source for pair in pairs}),
        describe(Side.TARGET, context.target, {pair.target for pair in pairs}),
    )


async def _compared(
    task: Task,
    pairs: Sequence[TablePair],
    found: tuple[Definitions, Definitions],
    context: Context,
) -> None:
    rest = iter(pairs)

    async def one_after_the_other() -> None:
        for pair in rest:
            table = TableComparison(context, task.kind, pair, task.resumed.get(pair))
            await table.run(found[0].get(pair.source), found[1].get(pair.target))

    async with group() as tasks:
        for _ in range(min(len(pairs), task.options.connections)):
            tasks.create_task(one_after_the_other())
