"""Which columns of two tables are compared with each other, in what form, and which cannot be.

Names are matched as they stand first, then without regard to case, because MySQL's columns
have none and a migration may fold it; a name that would fit two columns fits neither.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from syncproof.domain.canonical import Agreement, Disagreement, Form, agree
from syncproof.domain.comparison import TablePair
from syncproof.domain.difference import ColumnNote
from syncproof.domain.errors import Incomparable
from syncproof.domain.table import Column, Table


@dataclass(frozen=True, slots=True)
class Match:
    """A column of the source, its counterpart, and the form that both are read in."""

    source: Column
    target: Column
    form: Form
    losses: tuple[str, ...]

    @property
    def identifies(self) -> bool:
        """Equal values have equal text on both servers, so rows may be told apart by it."""
        return self.form.served and not self.form.settled


@dataclass(frozen=True, slots=True)
class Columns:
    """All that may be compared (`matches`), what the caller wants of it, and what cannot be."""

    matches: tuple[Match, ...]
    wanted: frozenset[str]
    """Names of the source."""
    incomparable: tuple[ColumnNote, ...]
    lacking: tuple[ColumnNote, ...]
    """Columns that one side does not have: such tables are never equal."""


def match_columns(pair: TablePair, source: Table, target: Table, same_family: bool) -> Columns:
    """Raises Incomparable where the caller wants a column that the source does not have."""
    names = [column.name for column in source.columns]
    without = {found for name in pair.without if (found := find(name, names)) is not None}
    wanted = _wanted(pair, names) - without
    counterparts = _counterparts(names, [column.name for column in target.columns])
    matches: list[Match] = []
    incomparable: list[ColumnNote] = []
    lacking: list[ColumnNote] = []
    for column in source.columns:
        if column.name in without:
            continue
        if column.name not in counterparts:
            if column.name in wanted:
                lacking.append(_lacking(column.name, "target"))
            continue
        other = target.column(counterparts[column.name])
        match agree(column.type, other.type, same_family):
            case Agreement(form=form, losses=losses):
                matches.append(Match(column, other, form, losses))
            case Disagreement(reason=reason) if column.name in wanted:
                incomparable.append(ColumnNote(column.name, False, reason))
    lacking.extend(_only_target(pair, target, set(counterparts.values())))
    return Columns(tuple(matches), frozenset(wanted), tuple(incomparable), tuple(lacking))


def find(name: str, names: Sequence[str]) -> str | None:
    """The name as it is spelt among `names`, or None."""
    if name in names:
        return name
    folded = [other for other in names if other.casefold() == name.casefold()]
    return folded[0] if len(folded) == 1 else None


def _wanted(pair: TablePair, names: Sequence[str]) -> set[str]:
    if pair.columns is None:
        return set(names)
    found = {name: find(name, names) for name in pair.columns}
    if unknown := sorted(name for name, column in found.items() if column is None):
        raise Incomparable(reason=f"{pair.source} has no column {', '.join(unknown)}")
    return {column for column in found.values() if column is not None}


def _counterparts(source: Sequence[str], target: Sequence[str]) -> dict[str, str]:
    exact = {name: name for name in source if name in set(target)}
    left = [name for name in target if name not in exact]
    folded = {name: other for name in source if name not in exact and (other := find(name, left))}
    once = {other for other in folded.values() if list(folded.values()).count(other) == 1}
    return exact | {name: other for name, other in folded.items() if other in once}


def _only_target(pair: TablePair, target: Table, matched: Iterable[str]) -> list[ColumnNote]:
    """Columns that the source lacks; where the caller lists columns, no other one matters."""
    if pair.columns is not None:
        return []
    names = [column.name for column in target.columns]
    excused = {*matched, *(find(name, names) for name in pair.without)}
    return [_lacking(name, "source") for name in names if name not in excused]


def _lacking(column: str, side: str) -> ColumnNote:
    return ColumnNote(column, False, f"the {side} has no such column")
