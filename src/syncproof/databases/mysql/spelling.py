"""Canonical text as MySQL and MariaDB write it: one expression for each column and form.

The type of an expression may be any; its text, in a session with our settings, is canonical.
"""

from syncproof.domain.table import ColumnType, Kind
from syncproof.ports.database import ReadColumn

UTF8 = frozenset({"utf8mb4", "utf8mb3", "utf8", "ascii"})
"""Character sets whose bytes are those of UTF-8."""
_LARGEST_SINGLE = "3.4028234663852886e38"
_BEYOND_SINGLE = "3.4028235677973366e38"
"""Half way to the single that there is not: from here on nothing rounds to the largest."""


def quoted(identifier: str) -> str:
    """An identifier between backticks."""
    return "`" + identifier.replace("`", "``") + "`"


def spelled(column: ReadColumn) -> str:
    """The expression of a column in its form."""
    name, kind, form = quoted(column.name), column.type, column.form
    match form.kind:
        case Kind.INTEGER | Kind.BOOLEAN:
            return number(name, kind)
        case Kind.DECIMAL:
            return _decimal(name, kind, form.scale)
        case Kind.FLOAT:
            return _bits_of_double(name, kind, form.single)
        case Kind.TEXT | Kind.JSON:
            return characters(name, kind)
        case Kind.BINARY:
            return _hex(name, kind)
        case Kind.BITS:
            return f"LPAD(BIN({name} + 0), {kind.bits}, '0')"
        case Kind.DATETIME | Kind.INSTANT | Kind.TIME:
            return _moment(name, kind, form.fraction)
        case Kind.UUID:
            return f"LOWER({characters(name, kind)})"
        case Kind.GEOMETRY | Kind.NATIVE:
            return characters(name, kind)
        case _:
            return name


def number(name: str, kind: ColumnType) -> str:
    """ZEROFILL, YEAR and BIT show themselves otherwise than as numbers."""
    odd = kind.kind is Kind.BITS or "zerofill" in kind.native or is_year(kind)
    return f"({name} + 0)" if odd else name


def is_year(kind: ColumnType) -> bool:
    """Whether a literal compared with the column is read as a year: 5 as 2005."""
    return kind.native.startswith("year")


def characters(name: str, kind: ColumnType) -> str:
    """A value as characters whose bytes are UTF-8."""
    if kind.kind is Kind.TEXT:
        return name if kind.character_set in UTF8 else f"CONVERT({name} USING utf8mb4)"
    if kind.kind is Kind.GEOMETRY or kind.native.startswith("vector"):
        return f"LOWER(HEX({name}))"
    return f"CAST({number(name, kind)} AS CHAR)"


def _hex(name: str, kind: ColumnType) -> str:
    if kind.kind is Kind.UUID:
        return f"REPLACE(LOWER(CAST({name} AS CHAR)), '-', '')"
    return f"LOWER(HEX({characters(name, kind) if kind.kind is Kind.TEXT else name}))"


def _decimal(name: str, kind: ColumnType, scale: int | None) -> str:
    """Of an own scale the server's text has exactly as many digits."""
    name = number(name, kind)
    if kind.kind is not Kind.DECIMAL or scale == kind.scale or kind.scale == 0:
        return name
    return f"TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM CAST({name} AS CHAR)))"


def _bits_of_double(name: str, kind: ColumnType, single: bool) -> str:
    """The bits of a double stand in a point's storage form, little end first."""
    value = number(name, kind)
    if single and kind.bits != 32:
        value = f"({value} * 1e0)"
        value = (
            f"(CASE WHEN ABS({value}) <= {_LARGEST_SINGLE} THEN CAST({value} AS FLOAT)"
            f" WHEN ABS({value}) < {_BEYOND_SINGLE} THEN SIGN({value}) * {_LARGEST_SINGLE}"
            f" ELSE {value} END)"
        )
    return f"LOWER(HEX(REVERSE(SUBSTR(POINT({value}, 0), 10, 8))))"


def _moment(name: str, kind: ColumnType, fraction: int) -> str:
    """A moment with fewer digits, rounded half up.

    A zero date cannot be carried over, and what rounds up to the year 10000 has no DATETIME.
    """
    if kind.kind is Kind.DATE:
        return f"CONCAT('', {name}, ' 00:00:00{_zeros(fraction)}')"
    if (kind.fraction or 0) == fraction:
        return name
    if kind.kind is Kind.TIME:
        return f"CAST({name} AS TIME({fraction}))"
    within = f"CONCAT('', LEFT({name}, 10), ' ', CAST(SUBSTR({name}, 12) AS TIME({fraction})))"
    return (
        f"CASE WHEN {name} >= '9999-12-31' THEN"
        f" REPLACE({within}, '9999-12-31 24', '10000-01-01 00')"
        f" WHEN MONTH({name}) = 0 OR DAYOFMONTH({name}) = 0 THEN {within}"
        f" ELSE COALESCE(CAST(CAST({name} AS DATETIME({fraction})) AS CHAR), {within}) END"
    )


def _zeros(fraction: int) -> str:
    return "." + "0" * fraction if fraction else ""
