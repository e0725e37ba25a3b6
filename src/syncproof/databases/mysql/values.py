"""Canonical text as literals of a column's own type, and comparisons that an index can serve.

A key may come from a server that holds more than this one: NaN, infinities, years beyond 9999,
numbers of more digits. Such a key is below or above every value here, or between two of them.
"""

import re
import struct
from datetime import date
from decimal import ROUND_FLOOR, Context, Decimal

from syncproof.databases.mysql.spelling import is_year
from syncproof.domain.canonical import decimal_text
from syncproof.domain.table import ColumnType, Kind

NOTHING, EVERYTHING = "1 = 0", "1 = 1"
_NUMBERS = (Kind.INTEGER, Kind.DECIMAL)
_DAYS = (Kind.DATE, Kind.DATETIME, Kind.INSTANT)
_DIGITS = 65
"""The most digits of a DECIMAL and of a literal of it."""
_EXACT = Context(prec=200_000, Emax=999_999, Emin=-999_999)
_EPOCH = "1970-01-01 00:00:01"
"""The first TIMESTAMP; before it there is only the zero one, and MySQL 9 compares literals
between the two with no row at all."""


def string(text: str) -> str:
    """A string literal that holds in every character set and SQL mode."""
    if text.isascii() and text.isprintable() and not set("\\'") & set(text):
        return f"'{text}'"
    return f"_utf8mb4 X'{text.encode('utf-8', 'surrogatepass').hex()}'"


def literal(kind: ColumnType, text: str) -> str:
    """A canonical text of the column's own kind as a literal of its type."""
    match kind.kind:
        case Kind.INTEGER | Kind.DECIMAL | Kind.BOOLEAN:
            return text
        case Kind.FLOAT:
            return f"{double(text)!r}" + ("" if "e" in repr(double(text)) else "e0")
        case Kind.BINARY:
            return f"X'{text}'"
        case Kind.BITS:
            return f"b'{text}'"
        case Kind.TEXT:
            return _characters(kind, text)
        case _:
            return f"'{text}'"


def _characters(kind: ColumnType, text: str) -> str:
    """In the column's own character set and order; ENUM and SET compare with any string."""
    if kind.collation is None or kind.character_set is None:
        return string(text)
    if kind.character_set == "utf8mb4":
        plain = string(text)
        introduced = plain if plain.startswith("_utf8mb4") else f"_utf8mb4{plain}"
        return f"{introduced} COLLATE {kind.collation}"
    plain = f"_utf8mb4 X'{text.encode().hex()}'"
    return f"CONVERT({plain} USING {kind.character_set}) COLLATE {kind.collation}"


def double(text: str) -> float:
    """The double of a canonical text."""
    value: float = struct.unpack(">d", bytes.fromhex(text))[0]
    return value


def compared(name: str, kind: ColumnType, operator: str, text: str) -> str:
    """`name operator text`, for a canonical text of a kind that is ordered alike."""
    side = _outside(kind, text)
    if side:
        true = operator != "=" and (side > 0) == operator.startswith("<")
        return EVERYTHING if true else NOTHING
    if kind.kind in _NUMBERS:
        return _number(f"({name} + 0)" if is_year(kind) else name, kind, operator, text)
    if kind.kind is Kind.INSTANT and "0000-00-00 00:00:00" < text < _EPOCH and text[5:7] != "00":
        return NOTHING if operator == "=" else _number_free(name, operator)
    if operator == "=" and kind.kind in _DAYS and not is_day(text):
        return f"CAST({name} AS CHAR) = '{text}'"  # a strict session takes no such literal
    return f"{name} {operator} {literal(kind, text)}"


def _number_free(name: str, operator: str) -> str:
    return f"{name} {'<' if operator.startswith('<') else '>='} '{_EPOCH}'"


def _number(name: str, kind: ColumnType, operator: str, text: str) -> str:
    """Compared with the next value below that the column can hold, if it cannot hold this one."""
    scale = (kind.scale or 0) if kind.kind is Kind.DECIMAL else 0
    fraction = text.partition(".")[2]
    if len(fraction) <= scale:
        return f"{name} {operator} {text}"
    value = Decimal(text)
    below = value.quantize(Decimal(1).scaleb(-scale), ROUND_FLOOR, _EXACT)
    plain = decimal_text(below, scale)
    if below == value:
        return f"{name} {operator} {plain}"
    if operator == "=":
        return NOTHING
    return f"{name} {'<=' if operator.startswith('<') else '>'} {plain}"


def _outside(kind: ColumnType, text: str) -> int:
    """-1 or 1 for a text that is below or above everything that the column can hold, else 0."""
    match kind.kind:
        case Kind.INTEGER | Kind.DECIMAL:
            if text in ("NaN", "Infinity", "-Infinity"):
                return -1 if text.startswith("-") else 1
            whole = text.lstrip("-").partition(".")[0]
            room = _DIGITS - ((kind.scale or 0) if kind.kind is Kind.DECIMAL else 0)
            if len(whole) <= room:
                return 0
            return -1 if text.startswith("-") else 1
        case Kind.FLOAT:
            value = double(text)
            return 0 if value - value == 0 else (-1 if value < 0 else 1)
        case Kind.DATE | Kind.DATETIME | Kind.INSTANT:
            if text.startswith("-"):
                return -1
            return 0 if re.match(r"\d{4}-", text) else 1
        case _:
            return 0


def is_day(text: str) -> bool:
    """Whether a DATE, or the day of a DATETIME, is in the calendar."""
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return False
    return True


def is_shared(kind: ColumnType, text: str) -> bool:
    """Whether other families can hold the value too, so that a range may be cut there."""
    if kind.kind in _DAYS:
        return is_day(text)
    if kind.kind is Kind.TIME:
        return "00" <= text < "24"
    return True
