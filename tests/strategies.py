"""Hypothesis strategies for the values that are compared.

They lean towards what other tools got wrong: separators and marks inside values, empty text,
trailing spaces, signs of zero, subnormal numbers, the ends of ranges.
"""

import struct
from datetime import date, datetime, time, timedelta
from decimal import Context, Decimal

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from syncproof.domain.canonical import Form
from syncproof.domain.digest import Digest, Fold
from syncproof.domain.table import Kind

TRICKY = "~,:|.'\"`\\%_ \t\n0123456789aAzZßéÉāIıİſ中文\u0301\u200b\ufffd😀"

WIDE = Context(prec=200)

Row = tuple[str | None, ...]


def texts(most: int = 30, nul: bool = True) -> SearchStrategy[str]:
    """Any characters that UTF-8 can hold; PostgreSQL holds no NUL."""
    any_character = st.characters(exclude_categories=["Cs"], exclude_characters="" if nul else "\0")
    marked = st.text(st.sampled_from(TRICKY), max_size=most)
    lengths = st.builds("{}:{}".format, st.integers(0, most), marked).map(lambda t: t[:most])
    return st.one_of(marked, lengths, st.text(any_character, max_size=most))


def doubles() -> SearchStrategy[float]:
    """Every finite double: subnormal ones, powers of two and ten and their neighbours, -0."""
    powers = st.one_of(
        st.integers(-1074, 1023).map(lambda n: 2.0**n), st.integers(-323, 308).map(_ten)
    )
    beside = st.tuples(powers, st.integers(-2, 2)).map(lambda pair: _stepped(*pair))
    edges = st.sampled_from([0.0, -0.0, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308])
    bits = st.integers(0, (1 << 64) - 1).map(_double_of_bits).filter(_finite)
    decimal = st.decimals(-(10**6), 10**6, places=4, allow_nan=False).map(float)
    plain = st.floats(allow_nan=False, allow_infinity=False)
    signed = st.tuples(beside, st.sampled_from([1.0, -1.0])).map(lambda pair: pair[0] * pair[1])
    return st.one_of(edges, signed, bits, decimal, plain)


def singles() -> SearchStrategy[float]:
    """Every finite double that a single holds exactly."""
    bits = st.integers(0, (1 << 32) - 1).map(_single_of_bits).filter(_finite)
    return st.one_of(st.floats(width=32, allow_nan=False, allow_infinity=False), bits)


def decimals(precision: int, scale: int) -> SearchStrategy[Decimal]:
    """Every value of DECIMAL(precision, scale)."""
    most = 10**precision - 1
    edges = st.sampled_from([0, 1, -1, most, -most, 10**scale, 10 ** (precision - 1)])
    return st.one_of(edges, st.integers(-most, most)).map(lambda n: Decimal(n).scaleb(-scale, WIDE))


def integers(bits: int, signed: bool = True) -> SearchStrategy[int]:
    """Every integer of so many bits, its ends more often."""
    low = -(1 << bits - 1) if signed else 0
    high = low + (1 << bits) - 1
    edges = [n for n in (low, low + 1, -1, 0, 1, 1 << 53, (1 << 53) + 1, high - 1, high)]
    return st.one_of(
        st.sampled_from([n for n in edges if low <= n <= high]), st.integers(low, high)
    )


def dates(first: date = date.min, last: date = date.max) -> SearchStrategy[date]:
    return st.dates(first, last)


def datetimes(
    first: datetime = datetime(1000, 1, 1), last: datetime = datetime(9999, 12, 31, 23, 59, 59)
) -> SearchStrategy[datetime]:
    """Moments without a zone, to the microsecond."""
    return st.datetimes(first, last)


def times() -> SearchStrategy[time]:
    return st.times()


def spans(hours: int = 838) -> SearchStrategy[timedelta]:
    """MySQL's TIME: beyond a day, and negative."""
    most = timedelta(hours=hours, minutes=59, seconds=59)
    return st.timedeltas(-most, most)


def json_values() -> SearchStrategy[object]:
    """What `json.loads` may give, with numbers as Decimal."""
    leaves = st.one_of(
        st.none(), st.booleans(), decimals(25, 8), st.integers(-(10**20), 10**20), texts(8, False)
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(texts(6, False), inner, max_size=4)
        ),
        max_leaves=12,
    )


FIXED_TEXTS: dict[Kind, SearchStrategy[str]] = {
    Kind.INTEGER: integers(64).map(str),
    Kind.BOOLEAN: st.sampled_from("01"),
    Kind.BINARY: st.binary(max_size=6).map(bytes.hex),
    Kind.BITS: st.text("01", max_size=5),
    Kind.DATE: st.one_of(dates().map(str), st.sampled_from(["0000-00-00", "-0043-03-15"])),
}


def canonical_texts(form: Form) -> SearchStrategy[str]:
    """Texts that a column of this form may have."""
    return texts(12) if form.free else FIXED_TEXTS[form.kind]


def forms() -> SearchStrategy[Form]:
    """Forms of free and of fixed alphabets."""
    return st.sampled_from([*FIXED_TEXTS, Kind.TEXT, Kind.NATIVE, Kind.UUID]).map(Form)


@st.composite
def framed_rows(draw: st.DrawFn, rows: int = 2) -> tuple[tuple[Form, ...], tuple[Row, ...]]:
    """Forms of some columns, and rows of them; NULL anywhere."""
    columns = tuple(draw(st.lists(forms(), min_size=1, max_size=5)))
    cells = [st.one_of(st.none(), canonical_texts(form)) for form in columns]
    return columns, tuple(draw(st.tuples(*cells)) for _ in range(rows))


def digests(fold: Fold) -> SearchStrategy[Digest]:
    """Digests of one fold."""
    width, lanes = (64, 2) if fold is Fold.XOR else (40, 3)
    lane = st.integers(0, (1 << width) - 1)
    counts = st.integers(0, 1 << 40)
    return st.builds(
        lambda rows, parts: Digest(rows, rows, tuple(parts), fold),
        counts,
        st.lists(lane, min_size=lanes, max_size=lanes),
    )


def single(value: float) -> float:
    """The double that equals the nearest single; infinite beyond the largest."""
    try:
        rounded: float = struct.unpack("<f", struct.pack("<f", value))[0]
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
    return rounded


def _double_of_bits(bits: int) -> float:
    value: float = struct.unpack("<d", struct.pack("<Q", bits))[0]
    return value


def _single_of_bits(bits: int) -> float:
    value: float = struct.unpack("<f", struct.pack("<I", bits))[0]
    return value


def _finite(value: float) -> bool:
    return value - value == 0


def _ten(exponent: int) -> float:
    return float(f"1e{exponent}")


def _stepped(value: float, steps: int) -> float:
    bits: int = struct.unpack("<Q", struct.pack("<d", value))[0]
    moved = _double_of_bits(max(0, bits + steps))
    return moved if _finite(moved) else value
