"""What v3 asks, as the service is asked."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from syncproof.api import wanted
from syncproof.api.v3.wire import (
    DataLevel,
    ObjectInfo,
    ObjectInfoWithToken,
    TableCompareRequest,
    Transformation,
)
from syncproof.domain.comparison import ComparisonKind, Options
from syncproof.domain.errors import InvalidParameter, MissingParameter
from syncproof.domain.principal import Principal
from syncproof.service.comparisons import Wanted
from syncproof.service.names import WantedDatabase
from syncproof.settings import Settings

_INFO = "data_level_compare_info."


def of_creation(asked: DataLevel, principal: Principal, settings: Settings) -> Wanted:
    """What create-compare-task asks. Raises Forbidden, InvalidParameter, MissingParameter."""
    return Wanted(
        kind=ComparisonKind(asked.compare_type),
        databases=_databases(
            asked.compare_mode,
            (f"{_INFO}compare_object_infos", asked.compare_object_infos),
            (f"{_INFO}compare_object_infos_with_token", asked.compare_object_infos_with_token),
            principal,
            settings,
        ),
        start_at=wanted.moment(asked.start_time, f"{_INFO}start_time"),
        replace=asked.conflict_policy == "cancel",
    )


def of_tables(
    asked: TableCompareRequest, principal: Principal, settings: Settings, defaults: Options
) -> Wanted:
    """What table/compare asks. Raises Forbidden, InvalidParameter, MissingParameter."""
    for name in ("compare_task_num", "proportion_value"):
        if getattr(asked, name) is not None:
            raise InvalidParameter(name=name, reason="not available in this version")
    databases = _databases(
        asked.compare_mode,
        ("compare_object", asked.compare_object),
        ("compare_object_with_token", asked.compare_object_with_token),
        principal,
        settings,
    )
    return Wanted(
        kind=ComparisonKind(asked.type),
        databases=_conditioned(databases, asked.compare_transformation_infos or ()),
        start_at=wanted.moment(asked.start_time),
        options=wanted.options(asked.options, defaults, "options"),
    )


def _databases(
    mode: str | None,
    plain: tuple[str, Sequence[ObjectInfo] | None],
    tokens: tuple[str, Sequence[ObjectInfoWithToken] | None],
    principal: Principal,
    settings: Settings,
) -> tuple[WantedDatabase, ...] | None:
    """The databases that are asked for; None for all, in quick comparison."""
    if tokens[1]:
        raise InvalidParameter(name=tokens[0], reason="token ranges are for Cassandra jobs only")
    if mode is not None:
        wanted.check_quick(principal, settings)
        if plain[1]:
            raise InvalidParameter(name=plain[0], reason="a quick comparison lists no objects")
        return None
    if not plain[1]:
        raise MissingParameter(name=plain[0])
    return tuple(
        WantedDatabase(one.db_name, tuple(one.table_name) if one.table_name else None)
        for one in plain[1]
    )


def _conditioned(
    databases: tuple[WantedDatabase, ...] | None, given: Sequence[Transformation]
) -> tuple[WantedDatabase, ...] | None:
    """The databases with the conditions on their tables."""
    if not given:
        return databases
    conditions = _conditions(given)
    known = {database.name for database in databases or ()}
    if unknown := set(conditions) - known:
        reason = f"{min(unknown)[:80]} is not among the databases that are compared"
        raise InvalidParameter(name="compare_transformation_infos", reason=reason)
    return tuple(
        WantedDatabase(database.name, database.tables, conditions.get(database.name))
        for database in databases or ()
    )


def _conditions(given: Sequence[Transformation]) -> Mapping[str, Mapping[str, str]]:
    """Conditions by database (as it is called in comparisons) and table."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for number, one in enumerate(given):
        name = f"compare_transformation_infos[{number}].object_info"
        for part in one.object_info:
            pieces = part.id.split("-*-*-")
            if len(pieces) not in (2, 3) or not all(pieces):
                reason = "write database-*-*-table or database-*-*-schema-*-*-table"
                raise InvalidParameter(name=name, reason=reason)
            database, table = ".".join(pieces[:-1]), pieces[-1]
            if table in found[database]:
                reason = f"a table has one condition, and {table[:80]} has two"
                raise InvalidParameter(name=name, reason=reason)
            found[database][table] = one.transformation_info.value
    return found
