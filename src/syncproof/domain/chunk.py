"""Half-open key ranges and hash buckets that partition a table.

A key's values are canonical text. `Range(None, None)` is the whole table. A bucket narrows a
range to the rows whose key hash, read as a number, has the remainder `index` modulo `of`.
"""

from dataclasses import dataclass
from typing import TypeAlias

KeyValues: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """Keys k with `lower` <= k < `upper`; None is open-ended. The bounds are of the first
    `len(bound)` columns of the key, compared as a row value."""

    lower: KeyValues | None = None
    upper: KeyValues | None = None


@dataclass(frozen=True, slots=True)
class Buckets:
    """The rows whose key hash modulo `of` is in `indexes`; `of` is a power of two <= 65536."""

    indexes: tuple[int, ...]
    of: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """The unit of work: a range, perhaps narrowed to buckets, or the rows with NULL in the key."""

    range: Range = Range()
    buckets: Buckets | None = None
    null_key: bool = False
    """True: only rows with NULL in a key column. False: only rows without."""


WHOLE = Range()
