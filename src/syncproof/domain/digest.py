"""What a range of rows sums up to, and how sums add."""

from dataclasses import dataclass
from enum import Enum
from functools import reduce


class Fold(Enum):
    """How hashes of rows become one: neither depends on the order of rows."""

    XOR = "xor"
    """Only where every row's frame is distinct: a pair of equal rows would cancel."""
    SUM = "sum"
    """Duplicates add up."""


class Fingerprint(Enum):
    """The hash of a row's frame, 128 bits each."""

    SHA256 = "sha256"
    """SHA-256, the first 128 bits."""
    MD5 = "md5"
    HASHTEXT = "hashtext"
    """Two PostgreSQL `hashtextextended` with seeds 1 and 2; only within one major version."""


@dataclass(frozen=True, slots=True)
class Digest:
    """Rows, rows hashed, and the fold of their hashes in lanes.

    XOR: two lanes of 64 bits, unsigned. SUM: three lanes, sums of the unsigned 40-bit parts
    (bits 0-39, 40-79, 80-119 from the left), exact and without bound.
    """

    rows: int
    hashed: int
    lanes: tuple[int, ...]
    fold: Fold

    @property
    def sound(self) -> bool:
        """Every row was hashed."""
        return self.rows == self.hashed


def empty(fold: Fold) -> Digest:
    """The digest of no rows."""
    return Digest(0, 0, (0, 0) if fold is Fold.XOR else (0, 0, 0), fold)


def add(one: Digest, other: Digest) -> Digest:
    """The digest of the union of two disjoint ranges; the folds must be the same."""
    if one.fold is not other.fold:
        raise ValueError("digests of different folds do not add")
    pairs = zip(one.lanes, other.lanes, strict=True)
    lanes = tuple(a ^ b if one.fold is Fold.XOR else a + b for a, b in pairs)
    return Digest(one.rows + other.rows, one.hashed + other.hashed, lanes, one.fold)


def total(digests: list[Digest], fold: Fold) -> Digest:
    """The digest of the union of disjoint ranges."""
    return reduce(add, digests, empty(fold))
