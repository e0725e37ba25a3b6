"""What a job's scope says of names: which tables there are, and what they are called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from syncproof.domain.comparison import TablePair
from syncproof.domain.errors import InvalidParameter
from syncproof.domain.job import ScopedDatabase
from syncproof.domain.table import TableName
from syncproof.ports.database import Database


@dataclass(frozen=True, slots=True)
class WantedDatabase:
    """A database that a comparison asks for; `tables` None is every one. `conditions`: a WHERE
    body for a table, beside that of the job."""

    name: str
    tables: tuple[str, ...] | None = None
    conditions: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Both:
    """The two servers of a job, connected, and its endpoints' databases (PostgreSQL) or ''."""

    source: Database
    target: Database
    source_database: str = ""


async def resolved(
    wanted: Sequence[WantedDatabase] | None, scope: Sequence[ScopedDatabase], both: Both
) -> list[TablePair]:
    """The pairs of tables that are asked for (None: the whole scope). Raises InvalidParameter
    for a name that is outside the scope or that neither side has."""
    everything = list(scope) or [ScopedDatabase(name, name) for name in await _all_databases(both)]
    pairs: dict[TableName, TablePair] = {}
    if wanted is None:
        for database in everything:
            for pair in await _of(database, WantedDatabase(database.name), both):
                pairs[pair.source] = pair
    for asked in wanted or ():
        for database in _databases(asked.name, everything, both):
            for pair in await _of(database, asked, both):
                pairs[pair.source] = pair
    return [pairs[name] for name in sorted(pairs)]


async def _all_databases(both: Both) -> list[str]:
    return sorted(set(await both.source.databases()) | set(await both.target.databases()))


def _databases(name: str, scope: Sequence[ScopedDatabase], both: Both) -> list[ScopedDatabase]:
    """A name is a database of the scope, `database.schema`, or the server's database itself."""
    prefix = f"{both.source_database}." if both.source_database else ""
    plain = name.removeprefix(prefix) if prefix else name
    found = [database for database in scope if database.name in (name, plain)]
    if not found and both.source_database and name == both.source_database:
        found = list(scope)
    if not found:
        raise InvalidParameter(name="db_name", reason=f"{name} is not in the job's scope")
    return found


async def _of(database: ScopedDatabase, asked: WantedDatabase, both: Both) -> list[TablePair]:
    here = set(await both.source.tables(database.name))
    there = set(await both.target.tables(database.target))
    if not here and not there and asked.tables is not None:
        reason = f"neither side has a table in {database.name}"
        raise InvalidParameter(name="db_name", reason=reason)
    if not here and not there and not await _exists(database, both):
        raise InvalidParameter(name="db_name", reason=f"neither side has {database.name}")
    if database.tables is None:
        known: dict[str, tuple[str, str | None]] = {n: (n, None) for n in here | there}
    else:
        known = {table.name: (table.target, table.condition) for table in database.tables}
    names = sorted(known) if asked.tables is None else list(dict.fromkeys(asked.tables))
    if unused := set(asked.conditions or {}) - set(names):
        reason = f"{database.name}.{min(unused)[:80]} is not among the tables that are compared"
        raise InvalidParameter(name="compare_transformation_infos", reason=reason)
    return [_pair(database, asked, name, known, here, there) for name in names]


async def _exists(database: ScopedDatabase, both: Both) -> bool:
    here, there = await both.source.databases(), await both.target.databases()
    return database.name in here or database.target in there


def _pair(
    database: ScopedDatabase,
    asked: WantedDatabase,
    name: str,
    known: Mapping[str, tuple[str, str | None]],
    here: set[str],
    there: set[str],
) -> TablePair:
    target, condition = known.get(name, (name, None))
    if name not in known or (name not in here and target not in there):
        where = "in the job's scope" if name not in known else "on either side"
        raise InvalidParameter(name="table_name", reason=f"{database.name}.{name} is not {where}")
    extra = (asked.conditions or {}).get(name)
    conditions = [f"({text})" for text in (condition, extra) if text]
    return TablePair(
        TableName(database.name, name),
        TableName(database.target, target),
        condition=" AND ".join(conditions) or None,
    )
