"""A row that differs, column by column; a table's verdict."""

from dataclasses import dataclass, field
from enum import Enum


class Side(Enum):
    """Which of the two."""

    SOURCE = "source"
    TARGET = "target"


@dataclass(frozen=True, slots=True)
class Large:
    """A value too large to carry: its first characters, its whole length in characters of
    canonical text, and the SHA-256 of that text. Equal only to a Large with the same hash."""

    start: str
    length: int
    sha256: str


Cell = str | Large | None
Row = tuple[Cell, ...]


class DifferenceKind(Enum):
    """Where a row stands."""

    ONLY_SOURCE = "only_source"
    ONLY_TARGET = "only_target"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class ColumnDifference:
    """One column's two values: canonical text cut for display, and the SQL literal of each
    engine (None where that side has no such row). `source` None with literal 'NULL' is NULL."""

    name: str
    source: str | None
    target: str | None
    source_literal: str | None
    target_literal: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One key whose rows differ. `copies`: how many rows, where the key may repeat."""

    key: tuple[str | None, ...]
    """Canonical text of each key column, of every column where the table has no key."""
    kind: DifferenceKind
    columns: tuple[ColumnDifference, ...]
    source_select: str | None
    target_select: str | None
    """Statements that the servers accept as they are; None on a side without the row."""
    copies: int = 1
    confirmed: bool = True


class Outcome(Enum):
    """What is known of a table."""

    WAITING = "waiting"
    COMPARING = "comparing"
    CONSISTENT = "consistent"
    INCONSISTENT = "inconsistent"
    FAILED = "failed"
    INCOMPARABLE = "incomparable"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ColumnNote:
    """What the result must say of a column: a declared loss, or why it was not compared."""

    column: str
    compared: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a comparison says of one pair of tables.

    Counts are None where they were not counted. `differences` is the number of rows that
    differ (values) or the absolute difference of the counts (rows). `status` is the code of
    the DRS catalogue for conditions that have one of their own (8-15, 18-22), else None.
    """

    outcome: Outcome
    source_rows: int | None = None
    target_rows: int | None = None
    differences: int = 0
    only_source: int = 0
    only_target: int = 0
    changed: int = 0
    message: str | None = None
    status: int | None = None
    notes: tuple[ColumnNote, ...] = field(default=())
    fingerprint: str | None = None
    basis: str | None = None
    """What the verdict stands on: 'at rest' until positions are known."""
