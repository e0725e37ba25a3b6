"""Drives a comparison from its pairs of tables to their verdicts; resumable at any event."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from syncproof.domain.chunk import Chunk
from syncproof.domain.comparison import ComparisonKind, Options, TablePair
from syncproof.domain.difference import Verdict
from syncproof.domain.events import Event
from syncproof.ports.database import Database


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


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be compared. Tables in `verdicts` are done and are not looked at again; those
    in `resumed` go on from their finished chunks."""

    kind: ComparisonKind
    pairs: tuple[TablePair, ...]
    options: Options
    resumed: Mapping[TablePair, Resumed] = field(default_factory=dict)
    verdicts: Mapping[TablePair, Verdict] = field(default_factory=dict)


async def compare(task: Task, source: Database, target: Database) -> AsyncIterator[Event]:
    """Compare, telling each event as it happens; both databases are connected and stay open.

    The consumer persists each event before it pulls the next, and closes the iterator
    (`contextlib.aclosing`): closing it stops every statement on both servers.

    A `TablePlanned` whose `schema` is not the one that was resumed starts its table anew: the
    consumer forgets the table's chunks and differences of before.
    """
    raise NotImplementedError
    yield
