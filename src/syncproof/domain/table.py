"""Tables, their columns and their keys, in terms that every family shares."""

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a column holds, whatever the server calls it."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    BOOLEAN = "boolean"
    TEXT = "text"
    BINARY = "binary"
    BITS = "bits"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    INSTANT = "instant"
    UUID = "uuid"
    JSON = "json"
    GEOMETRY = "geometry"
    NATIVE = "native"
    """Has a text that only servers of the same family share: arrays, ranges, intervals."""
    UNKNOWN = "unknown"
    """Has no text that identifies the value; the column is reported as not comparable."""


@dataclass(frozen=True, slots=True)
class ColumnType:
    """A column's type; what does not apply is None.

    `scale`: digits after the point of a DECIMAL (None: any). `fraction`: digits of seconds.
    `bits`: 32 or 64 of a FLOAT, the width of BITS (None: varying). `length`: the most
    characters or bytes (None: unknown or unlimited). `native`: the server's own spelling.
    """

    kind: Kind
    native: str
    scale: int | None = None
    fraction: int | None = None
    bits: int | None = None
    length: int | None = None
    unsigned: bool = False
    padded: bool = False
    """CHAR or BINARY of fixed length."""
    collation: str | None = None
    """The server's name of the order; None where kind is not TEXT."""
    character_set: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class TableName:
    """A table in its database (MySQL) or schema (PostgreSQL)."""

    database: str
    name: str

    def __str__(self) -> str:
        return f"{self.database}.{self.name}"


@dataclass(frozen=True, slots=True)
class Column:
    """One column as the catalog has it."""

    name: str
    type: ColumnType
    nullable: bool
    generated: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """A primary key, or a unique one that is total (no partial, invalid or prefix index)."""

    name: str
    columns: tuple[str, ...]
    primary: bool
    nullable: bool
    """Whether any of its columns may be NULL: then it is no key of the rows that have one."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table as the catalog has it; `rows` and `row_bytes` are the server's estimates."""

    name: TableName
    columns: tuple[Column, ...]
    keys: tuple[Key, ...]
    """Best first: primary, then unique without NULLs, then unique with."""
    rows: int
    row_bytes: int

    def column(self, name: str) -> Column:
        """The column of that name; KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)
