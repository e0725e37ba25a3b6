"""What happened while comparing; store, progress and logs listen to this one stream."""

from dataclasses import dataclass

from syncproof.domain.chunk import Chunk
from syncproof.domain.comparison import TablePair
from syncproof.domain.difference import Difference, Verdict


@dataclass(frozen=True, slots=True)
class TablePlanned:
    """A pair of tables is understood and its reading begins; rows are estimates of the source.
    `fingerprint_of_schema` tells a resumed comparison whether the definitions changed."""

    pair: TablePair
    rows: int
    row_bytes: int
    schema: str


@dataclass(frozen=True, slots=True)
class ChunkDone:
    """One chunk is settled: its differences are all here. Comes once for each chunk, and the
    chunks of a table partition it."""

    pair: TablePair
    chunk: Chunk
    source_rows: int
    target_rows: int
    source_bytes: int
    only_source: int = 0
    only_target: int = 0
    changed: int = 0
    differences: tuple[Difference, ...] = ()
    """At most as many as the table's limit still allows; the three numbers count all."""


@dataclass(frozen=True, slots=True)
class TableDone:
    """A pair of tables has its verdict."""

    pair: TablePair
    verdict: Verdict


Event = TablePlanned | ChunkDone | TableDone
