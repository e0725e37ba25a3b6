"""The engine finds what plain dictionaries find, whatever the key, however it is cut."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncproof.domain.comparison import Options
from syncproof.domain.difference import DifferenceKind, Outcome
from syncproof.engine import buckets, course, hashed, memory, multiset
from tests.memory import Texts
from tests.unit.engine.making import (
    INTEGER,
    LOCAL,
    TEXT,
    chunks,
    events,
    expected,
    found,
    holding,
    table,
    verdict,
)

TEXTS = st.one_of(st.none(), st.sampled_from(["", " ", "a", "A", "a ", "null", "~", "1:a", "é"]))


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few rows go the ways of millions."""
    monkeypatch.setattr(memory.Measure, "most_rows", property(lambda _: 8))
    monkeypatch.setattr(course, "FIRST_ROWS", 4)
    monkeypatch.setattr(course, "LEAST_ROWS", 2)
    monkeypatch.setattr(buckets, "ROWS_A_BUCKET", 4)
    monkeypatch.setattr(hashed, "WHOLE_ROWS", 10)
    monkeypatch.setattr(hashed, "FIRST_STEP", 5)
    monkeypatch.setattr(hashed, "MERGED_AT_ONCE", 10)
    monkeypatch.setattr(multiset, "MOST_OPEN", 6)


def keyed(key: st.SearchStrategy[str]) -> st.SearchStrategy[list[Texts]]:
    rows = st.tuples(key, TEXTS, TEXTS)
    return st.lists(rows, max_size=60, unique_by=lambda row: row[0])


INTEGER_KEYS = st.integers(-(2**63), 2**64 - 1).map(str) | st.integers(0, 40).map(str)
WORDS = st.text("abAB é~", max_size=4)


@st.composite
def tampered(draw: st.DrawFn, rows: list[Texts]) -> list[Texts]:
    """Some rows gone, some changed in one cell."""
    changed: list[Texts] = []
    for row in rows:
        match draw(st.integers(0, 9)):
            case 0:
                continue
            case 1:
                changed.append((row[0], draw(TEXTS), row[2]))
            case _:
                changed.append(row)
    return changed


@st.composite
def pairs(draw: st.DrawFn, key: st.SearchStrategy[str]) -> tuple[list[Texts], list[Texts]]:
    source = draw(keyed(key))
    target = draw(tampered(source))
    taken = {row[0] for row in target}
    target += [row for row in draw(keyed(key)) if row[0] not in taken]
    return (source, target) if draw(st.booleans()) else (target, source)


@settings(max_examples=60, deadline=None)
@given(pairs(INTEGER_KEYS))
async def test_ranges_find_what_dictionaries_find(sides: tuple[list[Texts], list[Texts]]) -> None:
    await _agrees(sides, INTEGER)


@settings(max_examples=60, deadline=None)
@given(pairs(WORDS))
async def test_hashed_keys_find_what_dictionaries_find(
    sides: tuple[list[Texts], list[Texts]],
) -> None:
    await _agrees(sides, TEXT, LOCAL)


async def _agrees(sides: tuple[list[Texts], list[Texts]], *keys: object) -> None:
    source, target = sides
    definitions = [
        table({"id": key, "a": TEXT, "b": TEXT}, ["id"], rows=len(source))  # type: ignore[dict-item]
        for key in (keys[0], keys[-1])
    ]
    told = await events(holding(definitions[0], source), holding(definitions[1], target))
    assert found(told) == expected(source, target, [0])
    _adds_up(told, source, target)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=40), st.data())
async def test_T5_duplicate_rows_without_a_key_do_not_cancel(
    source: list[Texts], data: st.DataObject
) -> None:
    drop = data.draw(st.sets(st.integers(0, max(0, len(source) - 1)), max_size=4))
    target = [row for place, row in enumerate(source) if place not in drop]
    target += data.draw(st.lists(st.sampled_from(source), max_size=4)) if source else []
    definition = table({"a": TEXT, "b": TEXT})
    told = await events(holding(definition, source), holding(definition, target))
    ours, theirs = Counter(source), Counter(target)
    assert found(told) == Counter(
        {(DifferenceKind.ONLY_SOURCE, row): n for row, n in (ours - theirs).items()}
        | {(DifferenceKind.ONLY_TARGET, row): n for row, n in (theirs - ours).items()}
    )
    _adds_up(told, source, target)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.none() | st.integers(0, 30).map(str), TEXTS), max_size=40),
    st.lists(st.tuples(st.none() | st.integers(0, 30).map(str), TEXTS), max_size=40),
)
async def test_V18_rows_with_null_in_a_unique_key_are_a_multiset(
    source: list[Texts], target: list[Texts]
) -> None:
    source, target = _unique(source), _unique(target)
    definition = table({"code": INTEGER, "a": TEXT}, ["code"], nullable=True)
    told = await events(holding(definition, source), holding(definition, target))
    with_key = [[row for row in rows if row[0] is not None] for rows in (source, target)]
    nulls = [Counter(row for row in rows if row[0] is None) for rows in (source, target)]
    wanted = expected(*with_key, [0])
    wanted[DifferenceKind.ONLY_SOURCE, (None,)] += (nulls[0] - nulls[1]).total()
    wanted[DifferenceKind.ONLY_TARGET, (None,)] += (nulls[1] - nulls[0]).total()
    assert found(told) == +wanted
    _adds_up(told, source, target)


def _unique(rows: list[Texts]) -> list[Texts]:
    """As an index would have it: NULLs repeat, values do not."""
    taken = {row[0]: row for row in rows if row[0] is not None}
    return [row for row in rows if row[0] is None] + list(taken.values())


async def test_V18_two_pairs_of_equal_null_rows_do_not_cancel() -> None:
    definition = table({"code": INTEGER, "a": TEXT}, ["code"], nullable=True)
    told = await events(
        holding(definition, [(None, "x"), (None, "x")]),
        holding(definition, [(None, "y"), (None, "y")]),
    )
    assert verdict(told).differences == 4


@settings(max_examples=30, deadline=None)
@given(pairs(INTEGER_KEYS), st.integers(0, 5))
async def test_counting_goes_on_when_no_more_differences_are_kept(
    sides: tuple[list[Texts], list[Texts]], limit: int
) -> None:
    definition = table({"id": INTEGER, "a": TEXT, "b": TEXT}, ["id"], rows=30)
    told = await events(
        holding(definition, sides[0]), holding(definition, sides[1]), Options(limit)
    )
    total = expected(*sides, [0]).total()
    assert verdict(told).differences == total
    assert found(told).total() == min(limit, total)


def _adds_up(told: object, source: list[Texts], target: list[Texts]) -> None:
    said = verdict(told)  # type: ignore[arg-type]
    differences = found(told).total()  # type: ignore[arg-type]
    assert (said.source_rows, said.target_rows) == (len(source), len(target))
    assert said.differences == differences
    assert said.outcome is (Outcome.INCONSISTENT if differences else Outcome.CONSISTENT)
    assert said.source_rows - said.target_rows == said.only_source - said.only_target
    assert len({done.chunk for done in chunks(told)}) == len(chunks(told))  # type: ignore[arg-type]
