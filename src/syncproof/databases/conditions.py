"""Conditions on rows: a WHERE body that a caller wrote, made safe and written for one dialect."""

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from syncproof.domain.errors import InvalidParameter

_VOLATILE = frozenset(
    "now sysdate rand random uuid gen_random_uuid uuid_short clock_timestamp statement_timestamp "
    "transaction_timestamp timeofday curdate curtime unix_timestamp utc_date utc_time "
    "utc_timestamp localtime localtimestamp connection_id last_insert_id sleep pg_sleep benchmark "
    "nextval setval currval lastval found_rows row_count version user session_user load_file "
    "get_lock release_lock txid_current pg_backend_pid current_setting set_config database "
    "schema current_schema dblink query_to_xml lo_import lo_export pg_read_file pg_ls_dir "
    "random_normal current_query inet_client_addr".split()
)
_VOLATILE_NODES = (
    exp.CurrentDate,
    exp.CurrentTime,
    exp.CurrentTimestamp,
    exp.CurrentDatetime,
    exp.CurrentUser,
    exp.Rand,
    exp.Randn,
    exp.Uuid,
)
_FORBIDDEN = (
    exp.Query,
    exp.AggFunc,
    exp.Window,
    exp.Parameter,
    exp.SessionParameter,
    exp.DDL,
    exp.DML,
    exp.Command,
    exp.Placeholder,
    exp.Star,
)
_DIALECTS = {"mysql": "mysql", "mariadb": "mysql", "postgresql": "postgres"}


def written_for(condition: str, family: str, meant_for: str) -> str:
    """A condition that was written for the family `meant_for`, as `family` writes it: "x" is a
    text to one of them and a column to another. Raises InvalidParameter."""
    tree = _parsed(condition, _DIALECTS[meant_for])
    _refuse(tree)
    return tree.sql(dialect=_DIALECTS[family], comments=False)


def _parsed(condition: str, dialect: str) -> exp.Expression:
    problem = "it is empty"
    if condition.strip():
        try:
            trees = sqlglot.parse(f"SELECT 1 FROM t WHERE ({condition}\n)", dialect=dialect)
            if len(trees) == 1 and isinstance(trees[0], exp.Select):
                return _body(trees[0])
            problem = "it is more than one condition"
        except (SqlglotError, RecursionError):
            problem = "it does not parse as the body of a WHERE"
    raise InvalidParameter(name="condition", reason=problem)


def _body(select: exp.Select) -> exp.Expression:
    where = select.args["where"].this
    extra = [name for name, value in select.args.items() if value and name not in _PLAIN]
    if extra or not isinstance(where, exp.Paren):
        raise InvalidParameter(name="condition", reason="it is more than one condition")
    return where


_PLAIN = frozenset({"kind", "expressions", "from", "from_", "where", "hint", "distinct"})


def _refuse(tree: exp.Expression) -> None:
    for node in tree.walk():
        if node.comments:  # MySQL runs what stands in some of them
            raise InvalidParameter(name="condition", reason="a comment is not allowed in it")
        if isinstance(node, _FORBIDDEN):
            raise InvalidParameter(name="condition", reason=f"{node.key} is not allowed in it")
        name = node.name.lower() if isinstance(node, exp.Anonymous) else ""
        if isinstance(node, _VOLATILE_NODES) or name in _VOLATILE:
            reason = f"{name or node.key} gives another value each time"
            raise InvalidParameter(name="condition", reason=reason)
