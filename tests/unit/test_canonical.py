"""The law in Python: frames are injective, texts identify values and are the ones written down."""

import json
import re
from collections.abc import Sequence
from decimal import Decimal
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncproof.domain.canonical import (
    Agreement,
    Disagreement,
    Form,
    agree,
    decimal_text,
    float_text,
    frame,
    json_text,
    orders_alike,
    settle,
    sha256_128,
)
from syncproof.domain.table import ColumnType, Kind
from tests.strategies import (
    Row,
    decimals,
    doubles,
    framed_rows,
    json_values,
    single,
    singles,
    texts,
)

JSON = Form(Kind.JSON, settled=True)


def unframed(forms: Sequence[Form], framed: bytes) -> Row:
    """The one row that has this frame."""
    values: list[str | None] = []
    for form in forms:
        if framed.startswith(b"~"):
            framed = framed[1:]
            values.append(None)
        elif form.free:
            length, _, framed = framed.partition(b":")
            values.append(framed[: int(length)].decode())
            framed = framed[int(length) :]
        else:
            text, _, framed = framed.partition(b",")
            values.append(text.decode())
    assert framed == b""
    return tuple(values)


@given(framed_rows(rows=1))
def test_T3_a_frame_has_one_row(given_row: tuple[tuple[Form, ...], tuple[Row]]) -> None:
    forms, (row,) = given_row
    assert unframed(forms, frame(forms, row)) == row


@given(framed_rows())
def test_T3_two_rows_never_share_a_frame(
    given_rows: tuple[tuple[Form, ...], tuple[Row, Row]],
) -> None:
    forms, (one, other) = given_rows
    assert (frame(forms, one) == frame(forms, other)) == (one == other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("ab", "c"), ("a", "bc")),
        ((None, "x"), ("~", "x")),
        (("", None), (None, "")),
        (("1:a", ""), ("", "1:a")),
    ],
)
def test_T3_what_joins_alike_elsewhere_is_framed_apart(one: Row, other: Row) -> None:
    forms = (Form(Kind.TEXT), Form(Kind.TEXT))
    assert frame(forms, one) != frame(forms, other)


def test_a_text_read_as_uuid_cannot_pretend_to_be_two_columns() -> None:
    forms = (Form(Kind.UUID), Form(Kind.TEXT))
    assert frame(forms, ("a,4:b", "c")) != frame(forms, ("a", "b,1:c"))


@given(st.binary())
def test_a_hash_is_the_first_half_of_sha256(framed: bytes) -> None:
    assert sha256_128(framed) == sha256(framed).digest()[:16].hex()


@given(doubles())
def test_the_text_of_a_double_reads_back_as_the_same_double(value: float) -> None:
    text = float_text(value)
    assert repr(float(text)) == repr(value)
    assert len(re.sub("[-.]|e.*", "", text).strip("0")) <= len(
        re.sub("[-.]|e.*", "", repr(value)).strip("0")
    )


@given(doubles())
def test_the_text_of_a_double_has_the_form_of_the_law(value: float) -> None:
    if value == 0 or 1e-15 <= abs(value) < 1e15:
        assert re.fullmatch(r"-?(0|[1-9]\d*)(\.\d*[1-9])?", float_text(value))
    else:
        assert re.fullmatch(r"-?[1-9](\.\d*[1-9])?e-?[1-9]\d*", float_text(value))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "-0"),
        (1e15, "1e15"),
        (999999999999999.9, "999999999999999.9"),
        (1e-15, "0.000000000000001"),
        (9.5e-16, "9.5e-16"),
        (5e-324, "5e-324"),
        (-1.7976931348623157e308, "-1.7976931348623157e308"),
        (float("nan"), "NaN"),
        (float("-inf"), "-Infinity"),
        (single(0.1), "0.10000000149011612"),
    ],
)
def test_doubles_are_written_so(value: float, text: str) -> None:
    assert float_text(value) == text


@given(singles())
def test_a_single_is_the_double_that_equals_it(value: float) -> None:
    assert single(float(float_text(value))) == value


@given(decimals(65, 30))
def test_a_decimal_reads_back_and_keeps_no_zeros(value: Decimal) -> None:
    text = decimal_text(value)
    assert Decimal(text) == value
    assert re.fullmatch(r"-?(0|[1-9]\d*)(\.\d*[1-9])?", text)


@given(decimals(20, 6))
def test_a_decimal_of_a_scale_has_as_many_digits(value: Decimal) -> None:
    text = decimal_text(value, 6)
    assert Decimal(text) == value
    assert re.fullmatch(r"-?(0|[1-9]\d*)\.\d{6}", text)


@pytest.mark.parametrize(
    ("value", "scale", "text"),
    [
        ("-0.00", 2, "0.00"),
        ("-0", None, "0"),
        ("1E+3", None, "1000"),
        ("100", 0, "100"),
        ("1.250", 2, "1.25"),
        ("NaN", 2, "NaN"),
        ("-Infinity", None, "-Infinity"),
    ],
)
def test_decimals_are_written_so(value: str, scale: int | None, text: str) -> None:
    assert decimal_text(Decimal(value), scale) == text


@given(json_values())
def test_T19_json_is_one_text_whatever_its_spelling(value: object) -> None:
    spelled = [
        _spelled(value, escaped, space) for escaped in (True, False) for space in ("", " ", "\n\t")
    ]
    assert {settle(JSON, text) for text in spelled} == {json_text(_as_written(value))}


@given(json_values(), json_values())
def test_json_texts_are_equal_only_for_equal_values(one: object, other: object) -> None:
    one, other = _as_written(one), _as_written(other)
    assert (json_text(one) == json_text(other)) == (_typed(one) == _typed(other))


@given(json_values())
def test_settling_twice_changes_nothing(value: object) -> None:
    text = json_text(_as_written(value))
    assert settle(JSON, text) == text


@given(texts())
def test_only_settled_forms_are_settled(text: str) -> None:
    assert settle(Form(Kind.TEXT), text) == text


@pytest.mark.parametrize(
    ("text", "settled"),
    [
        ('{"b": 1.0, "a": [1e2, -0]}', '{"a":[100,0],"b":1}'),
        ('{"a": 1, "a": 2}', '{"a":1,"a":2}'),
        (r'"\u00e9\u0000\/"', '"é\\u0000/"'),
        (r'"\ud800"', r'"\ud800"'),
        ("1e999999999", "1e999999999"),
        ("1.50e-2000", "1.5e-2000"),
        ("0e999999999", "0"),
        ("12345678901234567890.12345678901234567890", "12345678901234567890.1234567890123456789"),
        ("1e9999999999999999999", "1e9999999999999999999"),
        ("{not json", "{not json"),
        ("[" * 100_000, "[" * 100_000),
    ],
)
def test_json_is_settled_so(text: str, settled: str) -> None:
    assert settle(JSON, text) == settled
    frame((JSON,), (settled,))


def column(kind: Kind, **facts: object) -> ColumnType:
    return ColumnType(kind, kind.value, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("source", "target", "form"),
    [
        (column(Kind.DECIMAL, scale=2), column(Kind.DECIMAL, scale=2), Form(Kind.DECIMAL, scale=2)),
        (column(Kind.DECIMAL, scale=2), column(Kind.DECIMAL), Form(Kind.DECIMAL)),
        (column(Kind.INTEGER), column(Kind.DECIMAL, scale=0), Form(Kind.DECIMAL, scale=0)),
        (
            column(Kind.DATETIME, fraction=6),
            column(Kind.DATETIME, fraction=3),
            Form(Kind.DATETIME, fraction=3),
        ),
        (column(Kind.FLOAT, bits=32), column(Kind.FLOAT, bits=64), Form(Kind.FLOAT, single=True)),
        (column(Kind.BINARY), column(Kind.UUID), Form(Kind.BINARY)),
    ],
)
def test_two_columns_agree_on_a_form_in_either_order(
    source: ColumnType, target: ColumnType, form: Form
) -> None:
    for agreement in (agree(source, target, False), agree(target, source, False)):
        assert isinstance(agreement, Agreement)
        assert agreement.form == form


def test_what_has_no_common_text_is_not_comparable() -> None:
    assert isinstance(agree(column(Kind.UNKNOWN), column(Kind.TEXT), True), Disagreement)
    assert isinstance(agree(column(Kind.GEOMETRY), column(Kind.GEOMETRY), False), Disagreement)
    assert isinstance(
        agree(column(Kind.BITS, bits=3), column(Kind.BITS, bits=4), True), Disagreement
    )


def test_T10_text_of_two_orders_gives_no_ranges() -> None:
    bound = column(Kind.TEXT, collation="utf8mb4_0900_ai_ci")
    assert orders_alike(bound, bound, True)
    assert not orders_alike(bound, bound, False)
    assert not orders_alike(bound, column(Kind.TEXT, collation="utf8mb4_bin"), True)
    assert not orders_alike(column(Kind.TEXT), column(Kind.TEXT), True)


def _spelled(value: object, escaped: bool, space: str) -> str:
    """JSON by hand: another order of members, other spaces, other escapes."""
    match value:
        case bool() | None | str():
            return json.dumps(value, ensure_ascii=escaped)
        case list():
            inner = [_spelled(item, escaped, space) for item in value]
            return f"[{space}{f'{space},{space}'.join(inner)}{space}]"
        case dict():
            inner = [
                f"{_spelled(name, escaped, space)}{space}:{space}{_spelled(item, escaped, space)}"
                for name, item in reversed(value.items())
            ]
            return f"{{{space}{f'{space},'.join(inner)}{space}}}"
        case _:
            return f"{value}{'0' if '.' in str(value) and 'E' not in str(value) else ''}"


def _as_written(value: object) -> object:
    """What `json.loads` with Decimal numbers gives for a value."""
    match value:
        case bool() | None | str():
            return value
        case list():
            return [_as_written(item) for item in value]
        case dict():
            return {name: _as_written(item) for name, item in value.items()}
        case _:
            return Decimal(str(value))


def _typed(value: object) -> object:
    """Python takes True for 1."""
    match value:
        case bool():
            return ("bool", value)
        case list():
            return [_typed(item) for item in value]
        case dict():
            return {name: _typed(item) for name, item in value.items()}
        case _:
            return value
