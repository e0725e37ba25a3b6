"""By which columns a row of one side is known on the other.

A key serves best that is unique on both sides and never NULL; then one that may be NULL, whose
NULL rows are compared as a multiset; then one that only one side declares, whose rows may
repeat on the other and which has no index there. Without any, the whole row is the key.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from syncproof.domain.canonical import orders_alike
from syncproof.domain.table import Key, Table
from syncproof.engine.columns import Match


@dataclass(frozen=True, slots=True)
class Identity:
    """The comparison key. `columns`: names of the source, in the order of its index. `repeats`:
    several rows may have the same canonical key. `ordered`: as in `Reading`."""

    columns: tuple[str, ...]
    null_free: bool
    repeats: bool
    ordered: int
    keyed: bool = True


def identify(
    source: Table, target: Table, matches: Mapping[str, Match], same_family: bool
) -> Identity:
    """The best key; of equals the one that the source lists first, and one without losses
    before one with. `matches` by name of the source."""
    named = {match.target.name: name for name, match in matches.items()}
    candidates = list(_shared(source, target, matches, named, same_family))
    candidates.extend(_one_sided(source, target, matches, named))
    if candidates:
        return min(candidates, key=_rank)
    whole = tuple(name for name, match in matches.items() if match.identifies)
    return Identity(whole, null_free=True, repeats=True, ordered=0, keyed=False)


def _rank(key: Identity) -> tuple[bool, bool, bool]:
    return key.ordered == 0 and key.repeats, not key.null_free, key.repeats


def _shared(
    source: Table,
    target: Table,
    matches: Mapping[str, Match],
    named: Mapping[str, str],
    same_family: bool,
) -> Iterator[Identity]:
    there = [_translated(key, named) for key in target.keys]
    for key in source.keys:
        twins = [columns for columns in there if columns and set(columns) == set(key.columns)]
        if twins and all(name in matches and matches[name].identifies for name in key.columns):
            lossy = any(matches[name].losses for name in key.columns)
            ordered = max(_ordered(key.columns, twin, matches, same_family) for twin in twins)
            yield Identity(key.columns, _null_free(key.columns, matches), lossy, ordered)


def _one_sided(
    source: Table, target: Table, matches: Mapping[str, Match], named: Mapping[str, str]
) -> Iterator[Identity]:
    declared = [key.columns for key in source.keys]
    declared.extend(columns for key in target.keys if (columns := _translated(key, named)))
    for columns in declared:
        usable = all(name in matches and matches[name].identifies for name in columns)
        if usable and _null_free(columns, matches):
            yield Identity(columns, null_free=True, repeats=True, ordered=0)


def _translated(key: Key, named: Mapping[str, str]) -> tuple[str, ...] | None:
    """A key of the target in names of the source."""
    if all(name in named for name in key.columns):
        return tuple(named[name] for name in key.columns)
    return None


def _null_free(columns: tuple[str, ...], matches: Mapping[str, Match]) -> bool:
    return not any(
        matches[name].source.nullable or matches[name].target.nullable for name in columns
    )


def _ordered(
    columns: tuple[str, ...],
    twin: tuple[str, ...],
    matches: Mapping[str, Match],
    same_family: bool,
) -> int:
    """How many leading columns both indexes begin with and order alike."""
    count = 0
    for name, other in zip(columns, twin, strict=True):
        match = matches[name]
        alike = orders_alike(match.source.type, match.target.type, same_family)
        if name != other or match.losses or not alike:
            break
        count += 1
    return count
