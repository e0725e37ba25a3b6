"""How MySQL writes frames, hashes, folds and keys."""

import json
from collections.abc import Sequence

from syncproof.databases.dialect import SHOWN, WIDE, Dialect, is_wide, keys
from syncproof.databases.mysql.spelling import quoted, spelled
from syncproof.databases.mysql.values import NOTHING, compared, literal, string
from syncproof.domain.canonical import NULL_MARK, shown
from syncproof.domain.chunk import KeyValues
from syncproof.domain.difference import Cell, Large
from syncproof.domain.digest import Fingerprint, Fold
from syncproof.domain.table import Kind
from syncproof.ports.database import ReadColumn, Reading

UNREADABLE = "!"
"""Stands for a value whose text is NULL though the value is not: HEX and CONCAT give NULL for
what exceeds max_allowed_packet."""
NO_VALUE, END_OF_TEXT = "CAST(X'FE' AS BINARY)", "CAST(X'FF' AS BINARY)"
"""Bytes that no UTF-8 has; a bare literal would be converted to the character set of its text."""
_ALL_ROWS = "LIMIT 18446744073709551615"
"""Keeps a derived table from being merged, so that its hash is computed once."""
_ON_NULL = "POW(10, 400 + RAND())"
"""Out of range, so an error, if it is ever computed: a row that could not be hashed must not
vanish from BIT_XOR. RAND keeps the optimiser from computing it before it is needed."""


class MySQLDialect(Dialect):
    """MySQL 8 and later: BIT_XOR folds binary strings."""

    def name(self, identifier: str) -> str:
        return quoted(identifier)

    def joined(self, parts: Sequence[str]) -> str:
        """MariaDB 10.11 spoils the first byte where the first part is a CAST to BINARY."""
        return f"CONCAT('', {', '.join(parts)})"

    def octets(self, text: str) -> str:
        return f"LENGTH({text})"

    def same(self, text: str, other: str) -> str:
        return f"CAST({text} AS BINARY) = CAST({other} AS BINARY)"

    def string(self, text: str) -> str:
        return string(text)

    def sha256(self, text: str) -> str:
        return f"SHA2({text}, 256)"

    def hash(self, frame: str, reading: Reading) -> str:
        if reading.fingerprint is Fingerprint.MD5:
            return f"MD5({frame})"
        return f"LEFT(SHA2({frame}, 256), 32)"

    def bucket(self, key_hash: str, of: int) -> str:
        return f"(CAST(CONV(LEFT({key_hash}, 4), 16, 10) AS UNSIGNED) & {of - 1})"

    def text(self, column: ReadColumn) -> str:
        return f"CAST({spelled(column)} AS CHAR)"

    def value(self, column: ReadColumn, text: str) -> str:
        return literal(column.type, text)

    # -- frames: BINARY spares numbers and dates a conversion of character sets, a third of all

    def framed(self, column: ReadColumn) -> str:
        """A column's part of the frame; NULL only where the text cannot be had."""
        if column.alike and (parts := own_parts(column)):
            if not column.nullable:
                return parts
            return f"IF({quoted(column.name)} IS NULL, {NO_VALUE}, {self.joined([parts])})"
        text = spelled(column)
        if column.form.free:
            parts = f"CAST(LENGTH({text}) AS BINARY), ':', {text}"
        else:
            parts = f"CAST({text} AS BINARY), ','"
        if not column.nullable:
            return parts
        return f"IF({quoted(column.name)} IS NULL, '{NULL_MARK}', {self.joined([parts])})"

    def digest(self, reading: Reading, where: str, label: str, group: str = "") -> str:
        if reading.fold is Fold.SUM:
            return self._sums(reading, where, label, group)
        call = "MD5({})" if reading.fingerprint is Fingerprint.MD5 else "SHA2({}, 256)"
        value = f"LEFT(UNHEX({call.format(self.row_frame(reading))}), 16)"
        return (
            f"SELECT {label}, COUNT(*), COUNT(*), HEX(BIT_XOR(COALESCE({value}, {_ON_NULL})))"
            f" FROM {self.table(reading)} WHERE {where} {group}"
        )

    def _sums(self, reading: Reading, where: str, label: str, group: str) -> str:
        lanes = ", ".join(
            f"SUM(CAST(CONV(SUBSTR(h, {start}, 10), 16, 10) AS UNSIGNED))" for start in (1, 11, 21)
        )
        return self._hashed(reading, where, label, group, lanes)

    def _hashed(self, reading: Reading, where: str, label: str, group: str, lanes: str) -> str:
        """Lanes over a hash that is computed once a row, in a derived table."""
        inner = (
            f"SELECT {label} AS b, {self.row_hash(reading)} AS h"
            f" FROM {self.table(reading)} WHERE {where} {_ALL_ROWS}"
        )
        first = "b" if group else label
        return f"SELECT {first}, COUNT(*), COUNT(h), {lanes} FROM ({inner}) s {group}"

    # -- values

    def _cell(self, column: ReadColumn) -> str:
        """A text that may be wide comes marked: whole, only its start, or not to be had."""
        text = self.text(column)
        if not is_wide(column):
            return text
        name = quoted(column.name)
        start = f"LEFT({text}, {SHOWN})"
        length = f"CHAR_LENGTH({text})"
        if column.type.kind is column.form.kind is Kind.BINARY:
            start = f"LOWER(HEX(LEFT({name}, {SHOWN // 2})))"
            length = f"(LENGTH({name}) * 2)"
        return (
            f"IF({name} IS NULL, NULL, COALESCE(IF({length} <= {WIDE}, CONCAT('=', {text}),"
            f" CONCAT('#', {length}, ':', SHA2({text}, 256), ':', {start})), '{UNREADABLE}'))"
        )

    def literal(self, column: ReadColumn, cell: Cell) -> str:
        if cell is None:
            return "NULL"
        text = cell.start if isinstance(cell, Large) else cell
        if column.form.kind is Kind.FLOAT:
            return shown(column.form, text)
        plain = column.type.kind is Kind.TEXT or not self.natural(column)
        written = self.string(text) if plain else self.value(column, text)
        if isinstance(cell, Large):
            return f"{written} /* {cell.length} characters, SHA-256 {cell.sha256} */"
        return written

    # -- keys

    def beyond(self, reading: Reading, bound: KeyValues, strict: str, last: str) -> str:
        """Spelled out, for MySQL serves no range by a comparison of rows; the first conjunct is
        implied by the rest, but it is what the index is searched by."""
        columns = keys(reading)[: len(bound)]
        final = columns[-1]
        condition = compared(quoted(final.name), final.type, last, bound[-1])
        for column, text in reversed(list(zip(columns[:-1], bound, strict=False))):
            name = quoted(column.name)
            above = compared(name, column.type, strict, text)
            equal = compared(name, column.type, "=", text)
            condition = f"({above} OR ({equal} AND {condition}))"
        if len(columns) > 1:
            first = compared(quoted(columns[0].name), columns[0].type, f"{strict}=", bound[0])
            condition = f"{first} AND {condition}"
        return condition

    def natural(self, column: ReadColumn) -> bool:
        if {column.form.kind, column.type.kind} <= {Kind.INTEGER, Kind.DECIMAL}:
            return True
        if column.form.kind is column.type.kind is Kind.FLOAT:
            return not column.form.single or column.type.bits == 32
        return super().natural(column)

    def ambiguous(self, column: ReadColumn) -> bool:
        return super().ambiguous(column) or column.type.kind is Kind.FLOAT

    def matching(self, reading: Reading, key: Sequence[str | None]) -> str:
        tests = [self._equal(column, text) for column, text in zip(keys(reading), key, strict=True)]
        return NOTHING if NOTHING in tests else " AND ".join(tests)

    def _equal(self, column: ReadColumn, text: str | None) -> str:
        """A column is equal to a canonical text: by index where it can be, and exactly."""
        name = quoted(column.name)
        if text is None:
            return f"{name} IS NULL"
        if column.form.kind is Kind.JSON:
            return self._equal_json(column, text)
        tests = []
        if self.natural(column):
            tests.append(compared(name, column.type, "=", text))
        if self.ambiguous(column):
            tests.append(self.same(spelled(column), self.string(text)))
        return NOTHING if NOTHING in tests else " AND ".join(tests)

    def _equal_json(self, column: ReadColumn, text: str) -> str:
        """As values: the canonical text is not the server's own."""
        name, wanted = quoted(column.name), f"CAST({self.string(text)} AS JSON)"
        if column.type.kind is Kind.JSON:
            return f"{name} = {wanted}"
        if not is_json(text):
            return self.same(spelled(column), self.string(text))
        return f"IF(JSON_VALID({name}), CAST({name} AS JSON) = {wanted}, FALSE)"

    def rows_by_key(self, reading: Reading, wanted: Sequence[KeyValues]) -> str:
        tests = [f"({test})" for key in wanted if (test := self.matching(reading, key)) != NOTHING]
        where = f"({' OR '.join(tests) or NOTHING})"
        if reading.condition:
            where = f"({reading.condition}) AND {where}"
        return self._select(self._cells(reading), reading, where)


def own_parts(column: ReadColumn) -> str | None:
    """The cheap part of a frame that only MySQL reads; None where the canonical one is as cheap.
    Wide values by their hash: a frame is no longer than max_allowed_packet."""
    name, kind = quoted(column.name), column.form.kind
    if kind is Kind.FLOAT:
        return f"HEX(SUBSTR(POINT({name}, 0), 10, 8)), ','"
    if kind not in (Kind.TEXT, Kind.BINARY):
        return None
    text = spelled(column) if kind is Kind.TEXT else name
    if is_wide(column):
        return f"SHA2({text}, 256), ','"
    if kind is Kind.TEXT:
        return f"{text}, {END_OF_TEXT}"
    return f"CAST(LENGTH({text}) AS BINARY), ':', {text}"


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
