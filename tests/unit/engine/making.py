"""Tables for the engine's tests, and one way to run it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import aclosing

from syncproof.domain.comparison import ComparisonKind, Options, TablePair
from syncproof.domain.difference import DifferenceKind, Verdict
from syncproof.domain.events import ChunkDone, Event, TableDone
from syncproof.domain.table import Column, ColumnType, Key, Kind, Table, TableName
from syncproof.engine.run import Resumed, Task, compare
from syncproof.ports.database import Database
from tests.memory import Memory, Texts

NAME = TableName("shop", "orders")
PAIR = TablePair(NAME, NAME)
INTEGER = ColumnType(Kind.INTEGER, "bigint")
TEXT = ColumnType(Kind.TEXT, "text", collation="C")
LOCAL = ColumnType(Kind.TEXT, "text", collation="en_US")
"""Text whose order the other side does not share."""


def table(
    columns: Mapping[str, ColumnType],
    key: Sequence[str] = (),
    *,
    nullable: bool = False,
    rows: int = 0,
    name: TableName = NAME,
) -> Table:
    """A table with one key, primary where it is not nullable, or with none."""
    keys = (Key("key", tuple(key), not nullable, nullable),) if key else ()
    made = tuple(Column(name, type, nullable or name not in key) for name, type in columns.items())
    return Table(name, made, keys, rows, 50)


def holding(definition: Table, rows: Iterable[Texts], **arguments: object) -> Memory:
    """A database with this one table."""
    return Memory({definition.name: (definition, list(rows))}, **arguments)  # type: ignore[arg-type]


async def events(
    source: Database,
    target: Database,
    options: Options | None = None,
    kind: ComparisonKind = ComparisonKind.CONTENTS,
    pairs: Sequence[TablePair] = (PAIR,),
    resumed: Mapping[TablePair, Resumed] | None = None,
    most: int | None = None,
) -> list[Event]:
    """What the engine tells; at most so many events, then it is closed in mid-course."""
    told: list[Event] = []
    task = Task(kind, tuple(pairs), options or Options(), resumed or {})
    async with aclosing(compare(task, source, target)) as stream:
        async for event in stream:
            told.append(event)
            if most is not None and len(told) >= most:
                break
    return told


def verdict(told: Iterable[Event]) -> Verdict:
    """The one verdict."""
    [found] = [event.verdict for event in told if isinstance(event, TableDone)]
    return found


def chunks(told: Iterable[Event]) -> list[ChunkDone]:
    """The chunks that were settled."""
    return [event for event in told if isinstance(event, ChunkDone)]


def found(told: Iterable[Event]) -> Counter[tuple[DifferenceKind, Texts]]:
    """The differences by kind and key, with their copies."""
    counted: Counter[tuple[DifferenceKind, Texts]] = Counter()
    for done in chunks(told):
        for difference in done.differences:
            counted[difference.kind, difference.key] += difference.copies
    return counted


def expected(
    source: Iterable[Texts], target: Iterable[Texts], key: Sequence[int]
) -> Counter[tuple[DifferenceKind, Texts]]:
    """What plain dictionaries say: rows of one key on both sides are paired as changed."""
    ours, theirs = Counter(source), Counter(target)
    left, right = ours - theirs, theirs - ours
    by_key: list[Counter[Texts]] = [Counter(), Counter()]
    for rows, keys in zip((left, right), by_key, strict=True):
        for row, copies in rows.items():
            keys[tuple(row[i] for i in key)] += copies
    changed = by_key[0] & by_key[1]
    kinds = (
        (DifferenceKind.CHANGED, changed),
        (DifferenceKind.ONLY_SOURCE, by_key[0] - changed),
        (DifferenceKind.ONLY_TARGET, by_key[1] - changed),
    )
    return Counter({(kind, each): n for kind, keys in kinds for each, n in keys.items()})
