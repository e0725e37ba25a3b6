"""One comparison: its kind, its options and its scope."""

from dataclasses import dataclass
from enum import Enum
from typing import NewType

from syncproof.domain.lifecycle import ComparisonState
from syncproof.domain.table import TableName

ComparisonId = NewType("ComparisonId", str)


class ComparisonKind(Enum):
    """What is compared."""

    LINES = "lines"
    CONTENTS = "contents"
    OBJECTS = "objects"


@dataclass(frozen=True, slots=True)
class TablePair:
    """A table of the source and the one of the target that should equal it.

    `condition`: a WHERE body without the word, written for neither dialect in particular.
    `columns`: only these (None: all); `without`: all but these; names of the source.
    """

    source: TableName
    target: TableName
    condition: str | None = None
    columns: tuple[str, ...] | None = None
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """How a comparison is done.

    `difference_limit`: differences kept a table; counting never stops. `fingerprint`: 'auto'
    or 'sha256'. `connections`: the most on each side. `statement_seconds`: the server-side
    time limit on a statement. `chunk_seconds`: what a chunk should take on a server.
    `display_length`: characters of a value that are kept for display.
    """

    difference_limit: int = 10_000
    fingerprint: str = "auto"
    connections: int = 8
    statement_seconds: int = 300
    chunk_seconds: float = 0.5
    display_length: int = 2_000
    many_to_one: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison as it stands; times are epoch milliseconds."""

    id: ComparisonId
    job: str
    project: str
    kind: ComparisonKind
    state: ComparisonState
    options: Options
    created_at: int
    start_at: int
    started_at: int | None = None
    ended_at: int | None = None
    message: str | None = None
