"""Which tables are compared with which, from names and wildcards on the command line."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from syncproof.cli.dsn import Endpoint
from syncproof.domain.comparison import TablePair
from syncproof.domain.errors import InvalidParameter
from syncproof.domain.table import TableName
from syncproof.ports.database import Database


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line names; empty is everything."""

    databases: Sequence[str] = ()
    tables: Sequence[str] = ()
    condition: str | None = None
    columns: Sequence[str] = ()
    without: Sequence[str] = ()


async def pairs(
    wanted: Wanted, ends: tuple[Endpoint, Endpoint], source: Database, target: Database
) -> list[TablePair]:
    """The pairs, sorted; a table that only one side has is paired with its name on the other."""
    found: dict[TablePair, None] = {}
    if wanted.tables:
        for pattern in wanted.tables:
            for pair in await _of_pattern(pattern, ends, source, target):
                found[pair] = None
    else:
        for one, other in await _databases(wanted.databases, ends, source, target):
            for pair in await _of_databases(one, other, "*", source, target):
                found[pair] = None
    return [
        replace(
            pair,
            condition=wanted.condition,
            columns=tuple(wanted.columns) or None,
            without=tuple(wanted.without),
        )
        for pair in sorted(found, key=lambda pair: (pair.source, pair.target))
    ]


async def _databases(
    named: Sequence[str], ends: tuple[Endpoint, Endpoint], source: Database, target: Database
) -> list[tuple[str, str]]:
    """Pairs of databases (schemas of PostgreSQL)."""
    if named:
        return [_mapped(text) for text in named]
    one, other = (_default(end, ends) for end in ends)
    if one or other:
        return [(one or other or "", other or one or "")]
    both = set(await source.databases()) | set(await target.databases())
    return [(name, name) for name in sorted(both)]


def _default(end: Endpoint, ends: tuple[Endpoint, Endpoint]) -> str | None:
    """The database that a DSN means; `public` for PostgreSQL opposite a named one."""
    if end.namespace is None and end.address.family == "postgresql":
        opposite = ends[1] if end is ends[0] else ends[0]
        alike = opposite.address.family == "postgresql" and opposite.namespace is None
        return None if alike else "public"
    return end.namespace


def _mapped(text: str) -> tuple[str, str]:
    one, mapped, other = text.partition("=")
    if not one or (mapped and not other):
        raise InvalidParameter(name="database", reason=f"write NAME or SOURCE=TARGET, not {text}")
    return one, other or one


async def _of_pattern(
    text: str, ends: tuple[Endpoint, Endpoint], source: Database, target: Database
) -> list[TablePair]:
    one, other = _mapped(text)
    first = _named(one, ends[0], ends)
    second = _named(other, ends[1], ends) if "=" in text or "." not in one else None
    if second is not None and _wild(second.database):
        second = None  # each database with that of its own name
    if not _wild(first.database) and not _wild(first.name):
        opposite = second or TableName(_opposite(first.database, ends), first.name)
        here = first.name in await source.tables(first.database)
        if not here and opposite.name not in await target.tables(opposite.database):
            raise InvalidParameter(name="--table", reason=f"{first} is on neither side")
        return [TablePair(first, opposite)]
    databases = [name for name in await source.databases() if fnmatchcase(name, first.database)]
    into = [(name, second.database if second else _opposite(name, ends)) for name in databases]
    return [
        pair
        for here, there in into
        for pair in await _of_databases(here, there, first.name, source, target)
    ]


def _opposite(database: str, ends: tuple[Endpoint, Endpoint]) -> str:
    """Where a database of the source is on the target, when no mapping says so."""
    return (
        (_default(ends[1], ends) or database) if database == _default(ends[0], ends) else database
    )


def _named(text: str, end: Endpoint, ends: tuple[Endpoint, Endpoint]) -> TableName:
    database, dotted, name = text.partition(".")
    if dotted:
        return TableName(database, name)
    return TableName(_default(end, ends) or "*", text)


def _wild(text: str) -> bool:
    return any(mark in text for mark in "*?[")


async def _of_databases(
    one: str, other: str, pattern: str, source: Database, target: Database
) -> list[TablePair]:
    names = set(await source.tables(one)) | set(await target.tables(other))
    return [
        TablePair(TableName(one, name), TableName(other, name))
        for name in sorted(names)
        if fnmatchcase(name, pattern)
    ]
