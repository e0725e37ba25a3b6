"""What the dialects of SQL share: the statements, built from expressions that each family gives.

A family says how it names, spells, hashes and folds; everything else is here, once.
"""

from collections.abc import Sequence

from syncproof.domain.canonical import NULL_MARK, shown
from syncproof.domain.chunk import Buckets, Chunk, KeyValues, Range
from syncproof.domain.difference import Cell, Large
from syncproof.domain.table import Kind, TableName
from syncproof.ports.database import ReadColumn, Reading

WIDE = 65_536
"""Characters of canonical text above which a value is not sent whole."""
SHOWN = 1_000
"""Characters that are sent of such a value."""
BATCH = 5_000
"""Rows that are taken from a driver at once, at most."""
BATCH_BYTES = 8 << 20
"""What a batch may hold if every wide value in it is as long as one may be."""


class Dialect:
    """Statements over a reading. Subclasses are facts and the methods that differ."""

    bytes_a_character = 4
    """Of a column's length in bytes, for deciding whether its text may be wide."""

    # -- what each family gives

    def name(self, identifier: str) -> str:
        """The identifier, quoted."""
        raise NotImplementedError

    def text(self, column: ReadColumn) -> str:
        """The canonical text of the column, as characters; NULL for NULL."""
        raise NotImplementedError

    def value(self, column: ReadColumn, text: str) -> str:
        """A literal, of the column's own type, for a canonical text of a natural column."""
        raise NotImplementedError

    def string(self, text: str) -> str:
        """A string literal that holds under every setting of the server."""
        raise NotImplementedError

    def joined(self, parts: Sequence[str]) -> str:
        """The texts one after the other; NULL where one is NULL."""
        raise NotImplementedError

    def octets(self, text: str) -> str:
        """The length in bytes of UTF-8."""
        raise NotImplementedError

    def characters(self, text: str) -> str:
        """The length in characters."""
        return f"CHAR_LENGTH({text})"

    def same(self, text: str, other: str) -> str:
        """Whether two texts are the same, byte for byte."""
        raise NotImplementedError

    def hash(self, frame: str, reading: Reading) -> str:
        """The reading's fingerprint of a frame, 32 lower-case hex digits."""
        raise NotImplementedError

    def sha256(self, text: str) -> str:
        """SHA-256 of a text's UTF-8, 64 lower-case hex digits."""
        raise NotImplementedError

    def bucket(self, key_hash: str, of: int) -> str:
        """The number of a key hash's first four digits, modulo a power of two."""
        raise NotImplementedError

    def digest(self, reading: Reading, where: str, label: str, group: str = "") -> str:
        """A statement: label, rows, rows hashed, lanes."""
        raise NotImplementedError

    # -- frames and hashes

    def framed(self, column: ReadColumn) -> str:
        """A column's part of the frame."""
        text = self.text(column)
        if column.form.free:
            framed = self.joined([self.octets(text), "':'", text])
        else:
            framed = self.joined([text, "','"])
        return f"COALESCE({framed}, '{NULL_MARK}')" if column.nullable else framed

    def frame(self, columns: Sequence[ReadColumn]) -> str:
        """The frame of these columns; of none, the empty text."""
        return self.joined([self.framed(column) for column in columns]) if columns else "''"

    def row_frame(self, reading: Reading) -> str:
        """The frame of the served columns."""
        return self.frame(served(reading))

    def key_frame(self, reading: Reading) -> str:
        """The frame of the key."""
        return self.frame(keys(reading))

    def row_hash(self, reading: Reading) -> str:
        """The hash of the served columns."""
        return self.hash(self.row_frame(reading), reading)

    def key_hash(self, reading: Reading) -> str:
        """The key hash."""
        return self.hash(self.key_frame(reading), reading)

    # -- where

    def where(self, reading: Reading, chunk: Chunk) -> str:
        """The rows of a chunk, as a condition that an index on the key can serve."""
        parts = [f"({reading.condition})"] if reading.condition else []
        if reading.keyed and not reading.null_free:
            parts.append(self._nulls(reading, chunk.null_key))
        parts += self.within(reading, chunk.range)
        if chunk.buckets:
            parts.append(self._in_buckets(reading, chunk.buckets))
        return " AND ".join(parts) or "1 = 1"

    def _nulls(self, reading: Reading, wanted: bool) -> str:
        test, link = ("IS NULL", " OR ") if wanted else ("IS NOT NULL", " AND ")
        return "(" + link.join(f"{self.name(c.name)} {test}" for c in keys(reading)) + ")"

    def within(self, reading: Reading, bounds: Range) -> list[str]:
        """Conditions that hold a half-open range."""
        parts = []
        if bounds.lower is not None:
            parts.append(self.beyond(reading, bounds.lower, ">", ">="))
        if bounds.upper is not None:
            parts.append(self.beyond(reading, bounds.upper, "<", "<"))
        return parts

    def beyond(self, reading: Reading, bound: KeyValues, strict: str, last: str) -> str:
        """The leading key columns compared with a bound: `strict` decides, `last` at the end."""
        pairs = [
            (self.name(column.name), self.value(column, text))
            for column, text in zip(keys(reading), bound, strict=False)
        ]
        *leading, (final, value) = pairs
        condition = f"{final} {last} {value}"
        for name, text in reversed(leading):
            condition = f"({name} {strict} {text} OR ({name} = {text} AND {condition}))"
        if leading:
            name, text = leading[0]
            condition = f"{name} {strict}= {text} AND {condition}"
        return condition

    def _in_buckets(self, reading: Reading, buckets: Buckets) -> str:
        numbers = ", ".join(map(str, buckets.indexes))
        return f"{self.bucket(self.key_hash(reading), buckets.of)} IN ({numbers})"

    # -- statements

    def count(self, reading: Reading, chunk: Chunk) -> str:
        """The number of rows of a chunk."""
        return f"SELECT COUNT(*) FROM {self.table(reading)} WHERE {self.where(reading, chunk)}"

    def digests(self, reading: Reading, chunks: Sequence[Chunk]) -> str:
        """The digest of each chunk, labelled by its place."""
        parts = (
            self.digest(reading, self.where(reading, chunk), str(place))
            for place, chunk in enumerate(chunks)
        )
        return " UNION ALL ".join(parts)

    def bucket_digests(self, reading: Reading, chunk: Chunk, of: int) -> str:
        """The digest of each bucket of a chunk, labelled by its number."""
        label = self.bucket(self.key_hash(reading), of)
        return self.digest(reading, self.where(reading, chunk), label, "GROUP BY 1")

    def hashes(self, reading: Reading, chunk: Chunk) -> str:
        """Key texts, row hash."""
        texts = [self.text(c) for c in keys(reading)]
        texts.append(self.row_hash(reading))
        return self._select(texts, reading, self.where(reading, chunk))

    def rows(self, reading: Reading, chunk: Chunk) -> str:
        """Every column's text."""
        return self._select(self._cells(reading), reading, self.where(reading, chunk))

    def ordered_rows(self, reading: Reading, chunk: Chunk) -> str:
        """Key hash and every column's text, by key hash, then by row hash."""
        texts = [self.key_hash(reading), *self._cells(reading)]
        order = "1"
        if reading.fold.value == "sum" and reading.keyed:
            texts.append(self.row_hash(reading))
            order = f"1, {len(texts)}"
        return f"{self._select(texts, reading, self.where(reading, chunk))} ORDER BY {order}"

    def rows_by_key(self, reading: Reading, wanted: Sequence[KeyValues]) -> str:
        """Every column's text of the rows with these keys."""
        parts = [f"({self.matching(reading, key)})" for key in wanted]
        columns = keys(reading)
        if len(columns) == 1 and self.natural(columns[0]):
            values = ", ".join(self.value(columns[0], key[0]) for key in wanted)
            parts = [f"{self.name(columns[0].name)} IN ({values})"]
        where = f"({' OR '.join(parts)})"
        if reading.condition:
            where = f"({reading.condition}) AND {where}"
        return self._select(self._cells(reading), reading, where)

    def boundary(self, reading: Reading, within: Range, step: int) -> str:
        """The key (its ordered columns) `step` rows above the lower end of a range."""
        columns = keys(reading)[: reading.ordered]
        texts = [self.text(column) for column in columns]
        order = self._order(reading)
        where = " AND ".join(self.within(reading, within)) or "1 = 1"
        if not reading.null_free:
            where += f" AND {self._nulls(reading, False)}"
        return f"{self._select(texts, reading, where)} ORDER BY {order} LIMIT 1 OFFSET {step}"

    def next_key(self, reading: Reading, after: KeyValues, within: Range) -> str:
        """The first key (its ordered columns) strictly above another."""
        columns = keys(reading)[: reading.ordered]
        texts = [self.text(column) for column in columns]
        order = self._order(reading)
        where = self.beyond(reading, after, ">", ">")
        if within.upper is not None:
            where += f" AND {self.beyond(reading, within.upper, '<', '<')}"
        if not reading.null_free:
            where += f" AND {self._nulls(reading, False)}"
        return f"{self._select(texts, reading, where)} ORDER BY {order} LIMIT 1"

    def _order(self, reading: Reading) -> str:
        """The columns of ranges, qualified: a bare name would mean the text that is selected."""
        columns = keys(reading)[: reading.ordered]
        return ", ".join(f"{self.table(reading)}.{self.name(c.name)}" for c in columns)

    def matching(self, reading: Reading, key: Sequence[str | None]) -> str:
        """A condition that holds the rows of one canonical key, and perhaps more."""
        tests = []
        for column, text in zip(keys(reading), key, strict=True):
            if text is None:
                tests.append(f"{self.name(column.name)} IS NULL")
            elif self.natural(column):
                tests.append(f"{self.name(column.name)} = {self.value(column, text)}")
            if text is not None and self.ambiguous(column):
                tests.append(self.same(self.text(column), self.string(text)))
        return " AND ".join(tests)

    def select(self, reading: Reading, key: Sequence[str | None]) -> str:
        """A statement that shows the row of a canonical key."""
        return f"SELECT * FROM {self.table(reading)} WHERE {self.matching(reading, key)}"

    def natural(self, column: ReadColumn) -> bool:
        """Whether a literal of the column's own type finds its value through an index."""
        same_kind = column.form.kind is column.type.kind
        kept = column.form.fraction == (column.type.fraction or 0)
        timed = column.type.kind in (Kind.TIME, Kind.DATETIME, Kind.INSTANT)
        return same_kind and column.type.kind in NATURAL and (kept or not timed)

    def ambiguous(self, column: ReadColumn) -> bool:
        """Whether equality on the column also finds other canonical texts, or is not to be had."""
        return not self.natural(column) or column.type.kind is Kind.TEXT

    def literal(self, column: ReadColumn, cell: Cell) -> str:
        """A value as this engine writes it."""
        if cell is None:
            return "NULL"
        text = cell.start if isinstance(cell, Large) else cell
        if column.form.kind is Kind.FLOAT:
            return self.value(column, shown(column.form, text))
        plain = column.type.kind is Kind.TEXT or not self.natural(column)
        return self.string(text) if plain else self.value(column, text)

    def table(self, reading: Reading) -> str:
        """The table as it stands after FROM."""
        return self.qualified(reading.table)

    def qualified(self, table: TableName) -> str:
        """A table's whole name, quoted."""
        return f"{self.name(table.database)}.{self.name(table.name)}"

    def _select(self, expressions: Sequence[str], reading: Reading, where: str) -> str:
        return f"SELECT {', '.join(expressions)} FROM {self.table(reading)} WHERE {where}"

    def _cells(self, reading: Reading) -> list[str]:
        return [self._cell(column) for column in reading.columns]

    def _cell(self, column: ReadColumn) -> str:
        text = self.text(column)
        if not is_wide(column):
            return text
        whole = self.joined(["'='", text])
        parts = [
            f"'{mark}'" if mark else expression
            for mark, expression in (
                ("#", ""),
                ("", self.characters(text)),
                (":", ""),
                ("", self.sha256(text)),
                (":", ""),
                ("", f"LEFT({text}, {SHOWN})"),
            )
        ]
        short = f"{self.characters(text)} <= {WIDE}"
        return f"CASE WHEN {short} THEN {whole} ELSE {self.joined(parts)} END"


NATURAL = frozenset(
    {
        Kind.INTEGER,
        Kind.DECIMAL,
        Kind.BOOLEAN,
        Kind.TEXT,
        Kind.BINARY,
        Kind.BITS,
        Kind.DATE,
        Kind.TIME,
        Kind.DATETIME,
        Kind.INSTANT,
        Kind.UUID,
    }
)
_WIDE_KINDS = frozenset({Kind.TEXT, Kind.BINARY, Kind.NATIVE, Kind.GEOMETRY})


def keys(reading: Reading) -> list[ReadColumn]:
    """The columns of the comparison key."""
    return [reading.columns[place] for place in reading.key]


def served(reading: Reading) -> list[ReadColumn]:
    """The columns that the server hashes."""
    return [column for column in reading.columns if column.form.served]


def is_wide(column: ReadColumn) -> bool:
    """Whether a value's text may be too long to send whole."""
    if column.form.settled or column.type.kind not in _WIDE_KINDS:
        return False
    return column.type.length is None or column.type.length > WIDE // 2


def batch_of(columns: Sequence[ReadColumn]) -> int:
    """How many rows of these columns are held at once."""
    widest = sum(WIDE if is_wide(c) else min(c.type.length or 64, WIDE) for c in columns)
    return max(1, min(BATCH, BATCH_BYTES // max(1, widest)))


def cell(column: ReadColumn, text: str | None) -> Cell:
    """What `_cell` made of a value, read back."""
    if text is None or not is_wide(column):
        return text
    if text[0] == "=":
        return text[1:]
    length, digest, start = text[1:].split(":", 2)
    return Large(start, int(length), digest)
