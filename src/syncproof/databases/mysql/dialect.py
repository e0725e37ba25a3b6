"""How MySQL and MariaDB write canonical text, hashes and folds."""

from collections.abc import Sequence

from syncproof.databases.dialect import Dialect, served
from syncproof.domain.digest import Fingerprint, Fold
from syncproof.domain.table import ColumnType, Kind
from syncproof.ports.database import ReadColumn, Reading

_UTF8 = frozenset({"utf8mb4", "utf8mb3", "utf8", "ascii"})
_ALL_ROWS = "LIMIT 18446744073709551615"
"""Keeps a derived table from being merged, so that its hash is computed once."""
_ON_NULL = "POW(10, 400 + RAND())"
"""Out of range, so an error, if it is ever computed: a row that could not be hashed must not
vanish from BIT_XOR. RAND keeps the optimiser from computing it before it is needed."""


class MySQLDialect(Dialect):
    """MySQL 8 and later."""

    def name(self, identifier: str) -> str:
        return "`" + identifier.replace("`", "``") + "`"

    def joined(self, parts: Sequence[str]) -> str:
        return f"CONCAT({', '.join(parts)})"

    def octets(self, text: str) -> str:
        return f"LENGTH({text})"

    def same(self, text: str, other: str) -> str:
        return f"CAST({text} AS BINARY) = CAST({other} AS BINARY)"

    def string(self, text: str) -> str:
        if text.isascii() and text.isprintable() and not set("\\'") & set(text):
            return f"'{text}'"
        return f"_utf8mb4 X'{text.encode().hex()}'"

    def sha256(self, text: str) -> str:
        return f"SHA2({text}, 256)"

    def hash(self, frame: str, reading: Reading) -> str:
        if reading.fingerprint is Fingerprint.MD5:
            return f"MD5({frame})"
        return f"LEFT(SHA2({frame}, 256), 32)"

    def bucket(self, key_hash: str, of: int) -> str:
        return f"(CAST(CONV(LEFT({key_hash}, 4), 16, 10) AS UNSIGNED) & {of - 1})"

    def framed(self, column: ReadColumn) -> str:
        """Numbers and dates go through BINARY, which spares a conversion of character sets."""
        text = self.spelled(column)
        if column.form.free:
            framed = f"CONCAT(LENGTH({text}), ':', {text})"
        else:
            framed = f"CAST({text} AS BINARY), ','"
            framed = f"CONCAT({framed})" if column.nullable else framed
        return f"COALESCE({framed}, '~')" if column.nullable else framed

    def text(self, column: ReadColumn) -> str:
        return f"CAST({self.spelled(column)} AS CHAR)"

    def digest(self, reading: Reading, where: str, label: str, group: str = "") -> str:
        if reading.fold is Fold.SUM:
            return self._sums(reading, where, label, group)
        value = f"UNHEX(SHA2({self.frame(served(reading))}, 256))"
        if reading.fingerprint is Fingerprint.MD5:
            value = f"UNHEX(MD5({self.frame(served(reading))}))"
        fold = f"HEX(BIT_XOR(COALESCE(LEFT({value}, 16), {_ON_NULL})))"
        return (
            f"SELECT {label}, COUNT(*), COUNT(*), {fold}"
            f" FROM {self.table(reading)} WHERE {where} {group}"
        )

    def _sums(self, reading: Reading, where: str, label: str, group: str) -> str:
        lanes = ", ".join(
            f"SUM(CAST(CONV(SUBSTR(h, {start}, 10), 16, 10) AS UNSIGNED))" for start in (1, 11, 21)
        )
        return self._hashed(reading, where, label, group, lanes)

    def _hashed(self, reading: Reading, where: str, label: str, group: str, lanes: str) -> str:
        inner = (
            f"SELECT {label} AS b, {self.row_hash(reading)} AS h"
            f" FROM {self.table(reading)} WHERE {where} {_ALL_ROWS}"
        )
        first = "b" if group else label
        return f"SELECT {first}, COUNT(*), COUNT(h), {lanes} FROM ({inner}) s {group}"

    def spelled(self, column: ReadColumn) -> str:
        """An expression whose text is the canonical one; its type may be any."""
        name, kind, form = self.name(column.name), column.type, column.form
        match form.kind:
            case Kind.INTEGER | Kind.BOOLEAN:
                return _plain_number(name, kind)
            case Kind.DECIMAL:
                return _decimal(name, kind, form.scale)
            case Kind.FLOAT:
                return self._float(name, kind, form.single)
            case Kind.TEXT:
                return self._characters(name, kind)
            case Kind.BINARY:
                return self._hex(name, kind)
            case Kind.BITS:
                return f"LPAD(BIN({name} + 0), {kind.bits}, '0')"
            case Kind.DATETIME | Kind.INSTANT | Kind.TIME:
                return _moment(name, kind, form.fraction)
            case Kind.UUID:
                return f"LOWER(CAST({self._characters(name, kind)} AS CHAR))"
            case Kind.JSON:
                return f"CAST({name} AS CHAR)" if kind.kind is Kind.JSON else name
            case Kind.GEOMETRY:
                return f"LOWER(HEX({name}))"
            case Kind.NATIVE:
                vector = kind.native.startswith("vector")
                return f"LOWER(HEX({name}))" if vector else f"CAST({name} AS CHAR)"
            case _:
                return name

    def _characters(self, name: str, kind: ColumnType) -> str:
        if kind.kind is Kind.TEXT and kind.character_set in _UTF8:
            return name
        if kind.kind is Kind.TEXT:
            return f"CONVERT({name} USING utf8mb4)"
        return f"CAST({_plain_number(name, kind)} AS CHAR)"

    def _hex(self, name: str, kind: ColumnType) -> str:
        if kind.kind is Kind.UUID:
            return f"LOWER(REPLACE(CAST({name} AS CHAR), '-', ''))"
        if kind.kind is Kind.TEXT:
            return f"LOWER(HEX({self._characters(name, kind)}))"
        return f"LOWER(HEX({name}))"

    def _float(self, name: str, kind: ColumnType, single: bool) -> str:
        """The bits of a double stand in a point's storage form, little end first."""
        if single and kind.bits != 32:
            name = f"CAST({name} AS FLOAT)"
        return f"LOWER(HEX(REVERSE(SUBSTR(POINT({name}, 0), 10, 8))))"

    def value(self, column: ReadColumn, text: str) -> str:
        kind = column.type
        match kind.kind:
            case Kind.INTEGER | Kind.DECIMAL | Kind.FLOAT | Kind.BOOLEAN:
                return text
            case Kind.BINARY:
                return f"X'{text}'"
            case Kind.BITS:
                return f"b'{text}'"
            case Kind.TEXT:
                return self._text_value(kind, text)
            case _:
                return f"'{text}'"

    def _text_value(self, kind: ColumnType, text: str) -> str:
        if kind.collation is None or kind.character_set is None:
            return self.string(text)
        if kind.character_set == "utf8mb4":
            quoted = self.string(text)
            quoted = quoted if quoted.startswith("_utf8mb4") else f"_utf8mb4{quoted}"
            return f"{quoted} COLLATE {kind.collation}"
        plain = f"_utf8mb4 X'{text.encode().hex()}'"
        return f"CONVERT({plain} USING {kind.character_set}) COLLATE {kind.collation}"


class MariaDBDialect(MySQLDialect):
    """MariaDB, and MySQL before 8: BIT_XOR folds integers of 64 bits only."""

    def digest(self, reading: Reading, where: str, label: str, group: str = "") -> str:
        if reading.fold is Fold.SUM:
            return self._sums(reading, where, label, group)
        lanes = ", ".join(
            f"BIT_XOR(CAST(CONV(SUBSTR(h, {start}, 16), 16, 10) AS UNSIGNED))" for start in (1, 17)
        )
        return self._hashed(reading, where, label, group, lanes)


def _plain_number(name: str, kind: ColumnType) -> str:
    """ZEROFILL, YEAR and BIT show themselves otherwise than as numbers."""
    odd = kind.kind is Kind.BITS or "zerofill" in kind.native or kind.native.startswith("year")
    return f"({name} + 0)" if odd else name


def _decimal(name: str, kind: ColumnType, scale: int | None) -> str:
    name = _plain_number(name, kind)
    if kind.kind is Kind.INTEGER or scale is not None or kind.scale == 0:
        return name
    return f"TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM CAST({name} AS CHAR)))"


def _moment(name: str, kind: ColumnType, fraction: int) -> str:
    if kind.kind is Kind.DATE:
        return f"CONCAT({name}, ' 00:00:00{'.' + '0' * fraction if fraction else ''}')"
    if (kind.fraction or 0) == fraction:
        return name
    words = "TIME" if kind.kind is Kind.TIME else "DATETIME"
    return f"CAST({name} AS {words}({fraction}))"
