"""The law: the one text that every database must give for a value.

Two values are equal if and only if their canonical texts are. A dialect must give, for a
column read in a `Form`, an SQL expression whose value is exactly the text defined here:

INTEGER   decimal digits, '-' before negative ones.
DECIMAL   no exponent, at least one digit before the point, '-0' is '0'. `scale` n: exactly n
          digits after the point (no point where n is 0). `scale` None: trailing zeros of the
          fraction dropped, and the point with them. 'NaN', 'Infinity', '-Infinity'.
FLOAT     the 16 lower-case hex digits of the IEEE 754 double that equals it, most significant
          first; `single` rounds to single precision before. Of NaN only '7ff8000000000000'.
          Servers write doubles in decimal with too few digits (MySQL, of three-digit
          exponents) or not the shortest ones (PostgreSQL, at the edge of an interval), so
          people are shown `shown`, and only bits are compared.
BOOLEAN   '0', '1'.
TEXT      the characters, UTF-8; CHAR without its padding. ENUM and SET are their labels.
BINARY    lower-case hex, two digits a byte.
BITS      '0' and '1', most significant first, as wide as the column is.
DATE      'YYYY-MM-DD', proleptic Gregorian, year of four digits or more, astronomical
          (1 BC is 0000, 44 BC is '-0043'). MySQL's zero dates as they stand ('2020-00-00').
          'infinity', '-infinity'.
TIME      '[-]HH:MM:SS[.ffffff]', two digits of hours or more.
DATETIME  DATE, a space, TIME; `fraction` digits after the point, no point where 0; rounded
          half up (away from zero) where the column keeps more; a zero date keeps its day, its
          time may become 24:00:00. INSTANT is written the same way, in UTC.
UUID      lower case, 8-4-4-4-12.
JSON      no white space, members sorted by the code points of their names, strings with JSON's
          shortest escapes and nothing else escaped (but halves of surrogate pairs, as \\udXXX),
          numbers as DECIMAL with `scale` None, beyond 1000 digits as 'd.ddde1234'.
GEOMETRY  lower-case hex of the server's own storage form.
NATIVE    the server's own text under the session's fixed settings.

A row is *framed* so that no two rows share a frame: NULL is '~'; kinds of fixed alphabet are
their text and ','; the others (TEXT, JSON, NATIVE, and UUID, which may be read from a text that
holds anything) are their length in bytes of UTF-8, ':' and the text.
"""

import json
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

from syncproof.domain.table import ColumnType, Kind

NULL_MARK = "~"
NAN_BITS = "7ff8000000000000"
FREE_KINDS = frozenset({Kind.TEXT, Kind.JSON, Kind.NATIVE, Kind.UUID})
_PLAIN_DIGITS = 1000


@dataclass(frozen=True, slots=True)
class Form:
    """In which text a column is read, on both sides.

    `settled`: the servers' text identifies the value but one value may have several texts;
    equal texts are equal values, and unequal ones are decided by `settle`.
    `served`: the servers can be expected to give equal text for equal values; where not, the
    column is left out of digests, read, and hashed by us.
    """

    kind: Kind
    scale: int | None = None
    fraction: int = 0
    single: bool = False
    bits: int | None = None
    settled: bool = False
    served: bool = True

    @property
    def free(self) -> bool:
        """The text may hold any character, so its frame carries the length."""
        return self.kind in FREE_KINDS


def frame(forms: Sequence[Form], values: Sequence[str | None]) -> bytes:
    """The frame of a row's canonical texts: what is hashed."""
    return b"".join(map(_framed, forms, values))


def _framed(form: Form, value: str | None) -> bytes:
    if value is None:
        return NULL_MARK.encode()
    text = value.encode()
    return b"%d:%b" % (len(text), text) if form.free else text + b","


def sha256_128(framed: bytes) -> str:
    """The first 128 bits of SHA-256, 32 lower-case hex digits."""
    return sha256(framed).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two columns are compared, and what the comparison cannot see (`losses`)."""

    form: Form
    losses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Why two columns cannot be compared."""

    reason: str


def agree(source: ColumnType, target: ColumnType, same_family: bool) -> Agreement | Disagreement:
    """The form in which two columns are compared; `same_family`: both servers spell alike."""
    kinds = frozenset({source.kind, target.kind})
    if Kind.UNKNOWN in kinds:
        return Disagreement(f"{source.native} and {target.native}: a type without a known text")
    if len(kinds) == 1:
        return _alike(source, target, same_family)
    return _mixed(kinds, source, target)


def _alike(source: ColumnType, target: ColumnType, same_family: bool) -> Agreement | Disagreement:
    kind = source.kind
    match kind:
        case Kind.DECIMAL:
            return Agreement(
                Form(kind, scale=source.scale if source.scale == target.scale else None)
            )
        case Kind.FLOAT:
            return _floats(source, target)
        case Kind.TIME | Kind.DATETIME | Kind.INSTANT:
            return _moments(kind, source, target)
        case Kind.BITS if source.bits != target.bits:
            return Disagreement(f"{source.native} and {target.native} differ in width")
        case Kind.BITS:
            return Agreement(Form(kind, bits=source.bits))
        case Kind.JSON:
            return Agreement(Form(kind, settled=True, served=same_family))
        case Kind.GEOMETRY if not same_family:
            return Disagreement("geometries of different servers have no common text")
        case Kind.NATIVE if not same_family or source.native != target.native:
            return Disagreement(f"{source.native} and {target.native} have no common text")
        case _:
            return Agreement(Form(kind))


def _floats(source: ColumnType, target: ColumnType) -> Agreement:
    single = 32 in (source.bits, target.bits)
    losses = ("compared in single precision",) if source.bits != target.bits else ()
    return Agreement(Form(Kind.FLOAT, single=single), losses)


def _moments(kind: Kind, source: ColumnType, target: ColumnType) -> Agreement:
    digits = (_fraction(source), _fraction(target))
    kept = min(digits)
    losses = (f"seconds compared with {kept} digits",) if digits[0] != digits[1] else ()
    return Agreement(Form(kind, fraction=kept), losses)


def _fraction(column: ColumnType) -> int:
    return 6 if column.fraction is None else column.fraction


def _mixed(
    kinds: frozenset[Kind], source: ColumnType, target: ColumnType
) -> Agreement | Disagreement:
    if kinds == {Kind.INTEGER, Kind.DECIMAL}:
        scale = source.scale if source.kind is Kind.DECIMAL else target.scale
        return Agreement(Form(Kind.DECIMAL, scale=0 if scale == 0 else None))
    if Kind.FLOAT in kinds and kinds <= {Kind.FLOAT, Kind.INTEGER, Kind.DECIMAL}:
        single = 32 in (source.bits, target.bits)
        return Agreement(Form(Kind.FLOAT, single=single), ("compared as floating point",))
    if kinds in ({Kind.DATETIME, Kind.INSTANT},):
        moments = _moments(Kind.DATETIME, source, target)
        return Agreement(moments.form, (*moments.losses, "local times are read as UTC"))
    if kinds == {Kind.DATE, Kind.DATETIME}:
        rich = source if source.kind is Kind.DATETIME else target
        return Agreement(Form(Kind.DATETIME, fraction=_fraction(rich)))
    simple = {
        frozenset({Kind.INTEGER, Kind.BOOLEAN}): (Kind.INTEGER, None),
        frozenset({Kind.INTEGER, Kind.BITS}): (Kind.INTEGER, None),
        frozenset({Kind.TEXT, Kind.UUID}): (Kind.UUID, "case of the text is not compared"),
        frozenset({Kind.BINARY, Kind.UUID}): (Kind.BINARY, None),
        frozenset({Kind.BINARY, Kind.TEXT}): (Kind.BINARY, "text compared by its UTF-8 bytes"),
        frozenset({Kind.INTEGER, Kind.TEXT}): (Kind.TEXT, "numbers compared as text"),
        frozenset({Kind.NATIVE, Kind.TEXT}): (Kind.TEXT, "compared by the server's own text"),
    }
    if kinds in simple:
        kind, loss = simple[kinds]
        return Agreement(Form(kind), (loss,) if loss else ())
    if kinds == {Kind.BITS, Kind.BOOLEAN} and 1 in (source.bits, target.bits):
        return Agreement(Form(Kind.BOOLEAN))
    if kinds == {Kind.JSON, Kind.TEXT}:
        return Agreement(Form(Kind.JSON, settled=True, served=False))
    return Disagreement(f"{source.native} and {target.native} have no common text")


_BINARY_ORDERS = frozenset({"binary", "utf8mb4_0900_bin", "C", "POSIX", "ucs_basic"})
_ORDERED_KINDS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.DATE, Kind.BINARY, Kind.BOOLEAN})


def orders_alike(source: ColumnType, target: ColumnType, same_family: bool) -> bool:
    """Whether a half-open range of the column, by the servers' own index order, holds the same
    values on both sides. Where in doubt: no."""
    pair = {source.kind, target.kind}
    if pair <= {Kind.INTEGER, Kind.DECIMAL}:
        return True
    if source.kind is not target.kind:
        return False
    if source.kind in _ORDERED_KINDS:
        return source.padded == target.padded
    if source.kind in (Kind.DATETIME, Kind.INSTANT, Kind.TIME):
        return _fraction(source) == _fraction(target)
    if source.kind is Kind.UUID:
        return same_family
    if source.kind is Kind.TEXT and source.collation and target.collation:
        binary = {source.collation, target.collation} <= _BINARY_ORDERS
        alike = same_family and source.collation == target.collation
        return (binary or alike) and source.padded == target.padded
    return False


def settle(form: Form, text: str) -> str:
    """The canonical text of what a server gave in a `settled` form; what is no JSON stays."""
    if not form.settled:
        return text
    try:
        value = json.loads(text, parse_float=Decimal, parse_int=Decimal, object_pairs_hook=_Members)
        return json_text(value)
    except (ValueError, ArithmeticError, RecursionError):
        return text


class _Members(list[tuple[str, object]]):
    """A JSON object's members, duplicates as they stand."""


def json_text(value: object) -> str:
    """JSON as its value; takes what `json.loads` gives, with Decimal numbers."""
    match value:
        case _Members():
            return _object_text(sorted(value, key=lambda member: member[0]))
        case dict():
            return _object_text(sorted(value.items()))
        case list():
            return "[" + ",".join(map(json_text, value)) + "]"
        case bool() | None:
            return json.dumps(value)
        case int() | Decimal():
            return _number_text(Decimal(value))
        case float():
            return _number_text(Decimal(repr(value)))
        case _:
            return _string_text(str(value))


def _object_text(members: list[tuple[str, object]]) -> str:
    inner = (f"{_string_text(name)}:{json_text(value)}" for name, value in members)
    return "{" + ",".join(inner) + "}"


def _number_text(value: Decimal) -> str:
    """A few characters can write a number of a billion digits."""
    if value.is_finite() and value and abs(value.adjusted()) > _PLAIN_DIGITS:
        mantissa, _, exponent = f"{value:e}".partition("e")
        if "." in mantissa:
            mantissa = mantissa.rstrip("0").rstrip(".")
        return f"{mantissa}e{int(exponent)}"
    return decimal_text(value)


def _string_text(value: str) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return _HALVES.sub(lambda half: f"\\u{ord(half[0]):04x}", text)


_HALVES = re.compile("[\ud800-\udfff]")


def decimal_text(value: Decimal, scale: int | None = None) -> str:
    """A DECIMAL's text; `scale` None drops trailing zeros, else there are exactly so many."""
    if not value.is_finite():
        return "NaN" if value.is_nan() else ("-Infinity" if value < 0 else "Infinity")
    text = format(value, "f") if value else "0"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if not scale:
        return text
    whole, _, digits = text.partition(".")
    return f"{whole}.{digits:0<{scale}}"


def float_bits(value: float) -> str:
    """A FLOAT's canonical text."""
    return NAN_BITS if value != value else struct.pack(">d", value).hex()


def shown(form: Form, text: str) -> str:
    """Canonical text as people read it: of a FLOAT the decimal number, else as it is."""
    if form.kind is not Kind.FLOAT or len(text) != len(NAN_BITS):
        return text
    return float_text(struct.unpack(">d", bytes.fromhex(text))[0])


def float_text(value: float) -> str:
    """The shortest decimal digits that read back as the same double."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-15 <= abs(value) < 1e15:
        return _plain(repr(value))
    mantissa, _, exponent = f"{Decimal(repr(value)).normalize():e}".partition("e")
    return f"{mantissa}e{int(exponent)}"


def _plain(text: str) -> str:
    plain = format(Decimal(text), "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
