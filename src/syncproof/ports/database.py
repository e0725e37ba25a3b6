"""What the engine asks of a database server."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import NamedTuple, Protocol, Self

from syncproof.domain.canonical import Form
from syncproof.domain.chunk import Chunk, KeyValues, Range
from syncproof.domain.difference import Cell, Row
from syncproof.domain.digest import Digest, Fingerprint, Fold
from syncproof.domain.table import ColumnType, Table, TableName


@dataclass(frozen=True, slots=True)
class Tls:
    """How a connection is encrypted. `mode`: disable, require (no check), verify-ca, verify-full.
    Certificates are PEM texts."""

    mode: str = "disable"
    authority: str | None = None
    certificate: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is and who asks. `hosts`: host and port, tried in order. `database`:
    the PostgreSQL database; for MySQL the default one or ''. The password is not in `repr`."""

    family: str
    hosts: tuple[tuple[str, int], ...]
    user: str
    password: "Secret"
    database: str = ""
    tls: Tls = Tls()


class Secret:
    """A text that shows itself to nobody who does not ask by `reveal`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The text itself; never into a log, an error or an answer."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


@dataclass(frozen=True, slots=True)
class Limits:
    """How gently a server is treated: connections at once, seconds a statement may take
    (enforced by the server), seconds to wait for a connection."""

    connections: int = 8
    statement_seconds: float = 300.0
    connect_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What one server can do, as probed at connection.

    `fingerprints`: strongest first. `hash_version`: the major version within which HASHTEXT
    agrees. `identity`: what stays the same as long as it is this server with this data
    (server_uuid, system identifier). `packet_bytes`: the longest statement it takes.
    """

    family: str
    version: str
    fingerprints: tuple[Fingerprint, ...]
    hash_version: str
    identity: str
    packet_bytes: int = 1 << 20


@dataclass(frozen=True, slots=True)
class ReadColumn:
    """A column to read: its name and type on this side, the form that both sides share.

    `alike`: the other side's column is of the same type of the same family, so a frame may hold
    the family's own text for it instead of the canonical one, where that is cheaper, is the same
    for equal values only, and cannot run into its neighbours.
    """

    name: str
    type: ColumnType
    form: Form
    nullable: bool = True
    alike: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read of one table on one side, the same columns in the same order on both.

    `key`: positions in `columns` of the comparison key; of every column where the table has
    none. `ordered`: how many leading key columns order alike on both sides, so that ranges
    may be cut on them (0: only buckets). `condition`: a WHERE body in this side's dialect.
    `null_free`: no key column can be NULL, so chunks need not exclude it.
    """

    table: TableName
    columns: tuple[ReadColumn, ...]
    key: tuple[int, ...]
    ordered: int
    fold: Fold
    fingerprint: Fingerprint
    condition: str | None = None
    null_free: bool = True
    keyed: bool = True
    """False: the key is every column, NULLs allowed in it, rows may repeat."""


class HashedRow(NamedTuple):
    """A row by its key and the hash of its served columns, 32 hex digits."""

    key: tuple[str | None, ...]
    hash: str


class Database(Protocol):
    """One server, behind a bounded set of connections.

    The *key hash* of a row is the reading's fingerprint of the frame of its key columns, 32
    lower-case hex digits; its bucket is the number of the first four digits modulo `of`.

    Sessions are read-only, in UTC, with the settings that canonical text needs and the time
    limit of `Limits` on each statement. All methods may run at once; each waits for a free
    connection. A result is whole or an error: a connection that drops raises ConnectionLost,
    never ends an iteration. A task that is cancelled stops its statement on the server within
    two seconds, and gives the connection back clean or closes it.

    Every method raises what `domain/errors.py` names under Transient and Terminal, nothing
    of a driver's own.
    """

    @property
    def capabilities(self) -> Capabilities:
        """Known from `connect` on."""
        ...

    async def connect(self) -> None:
        """Make the first connection and probe. Raises ConnectionFailed, MissingRight."""
        ...

    async def databases(self) -> list[str]:
        """Databases (MySQL) or schemas (PostgreSQL) that are not the server's own, sorted."""
        ...

    async def tables(self, database: str) -> list[str]:
        """Base tables (partitioned ones once, views not), sorted; [] where there is no such
        database."""
        ...

    async def describe(self, names: Sequence[TableName]) -> dict[TableName, Table]:
        """Definitions; a name that is not there is left out. In as few queries as may be."""
        ...

    def check_condition(self, condition: str, meant_for: str) -> str:
        """A condition that was written for the family `meant_for`, in this side's dialect.
        Raises InvalidParameter with the reason: it does not parse, holds more than one
        expression, a subquery, or a volatile function."""
        ...

    async def count(self, reading: Reading, chunk: Chunk) -> int:
        """Rows of the chunk under the reading's condition."""
        ...

    async def digests(self, reading: Reading, chunks: Sequence[Chunk]) -> list[Digest]:
        """The digest of each chunk, in order, by one statement; over served columns only."""
        ...

    async def bucket_digests(self, reading: Reading, chunk: Chunk, of: int) -> dict[int, Digest]:
        """The digest of each of `of` buckets of the chunk, by one scan; empty ones left out."""
        ...

    def hashes(self, reading: Reading, chunk: Chunk) -> AsyncIterator[list[HashedRow]]:
        """Each row of the chunk by key and hash, in batches, in no order."""
        ...

    def rows(self, reading: Reading, chunk: Chunk) -> AsyncIterator[list[Row]]:
        """Each row of the chunk whole, as text in its forms (not settled), in batches, in no
        order. Values of more than 65 536 characters come as `Large`, but for settled forms."""
        ...

    def ordered_rows(self, reading: Reading, chunk: Chunk) -> AsyncIterator[list[tuple[str, Row]]]:
        """As `rows`, each after its key hash and ordered by it, then by the row's hash where
        keys may repeat: what two sides are merged by."""
        ...

    async def rows_by_key(self, reading: Reading, keys: Sequence[KeyValues]) -> list[Row]:
        """Rows that the server finds for these keys, at most a few hundred; it may find rows of
        other keys (a collation's equals): the caller matches canonical keys."""
        ...

    async def boundaries(
        self, reading: Reading, within: Range, step: int, most: int
    ) -> list[KeyValues]:
        """Up to `most` keys (of the `ordered` leading columns), ascending, such that about
        `step` rows lie between neighbours; each is > within.lower and < within.upper. [] where
        fewer than `step` rows remain."""
        ...

    def select(self, reading: Reading, key: tuple[str | None, ...]) -> str:
        """A statement that this server accepts as it is, in a session in UTC, and that finds
        the row of that canonical key."""
        ...

    def literal(self, column: ReadColumn, value: Cell) -> str:
        """The value as this engine writes it: typed and quoted, NULL for None."""
        ...

    async def close(self) -> None:
        """Stop what runs and close every connection; may be called twice."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
