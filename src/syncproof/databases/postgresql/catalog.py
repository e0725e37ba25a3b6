"""PostgreSQL's own description of its tables, in three queries for any number."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from syncproof.domain.table import Column, ColumnType, Key, Kind, Table, TableName

SCHEMAS = (
    "SELECT nspname FROM pg_namespace WHERE nspname <> 'information_schema'"
    " AND nspname NOT LIKE 'pg\\_%' ORDER BY nspname"
)
TABLES = (
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
    " ORDER BY c.relname"
)
FOUND = (
    "SELECT c.oid::bigint AS id, n.nspname AS schema, c.relname AS name, c.relkind::text AS kind,"
    " c.relhassubclass AS inherited,"
    " (SELECT coalesce(sum(greatest(p.reltuples, 0)), 0) FROM pg_class p WHERE p.oid = c.oid"
    "   OR p.oid IN (SELECT relid FROM pg_partition_tree(c.oid) WHERE c.relkind = 'p'))::bigint"
    "   AS rows,"
    " (SELECT coalesce(sum(p.relpages::bigint), 0) FROM pg_class p WHERE p.oid = c.oid"
    "   OR p.oid IN (SELECT relid FROM pg_partition_tree(c.oid) WHERE c.relkind = 'p'))::bigint"
    "   AS pages"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition"
    " AND (n.nspname, c.relname) IN (SELECT * FROM unnest($1::text[], $2::text[]))"
)
COLUMNS = """
WITH RECURSIVE types AS (
  SELECT oid AS origin, oid AS base, typtypmod AS modifier, typbasetype AS next, typtype AS class
  FROM pg_type WHERE typtype <> 'd'
  UNION ALL
  SELECT d.oid, t.base, CASE WHEN d.typtypmod >= 0 THEN d.typtypmod ELSE t.modifier END,
    0::oid, t.class
  FROM pg_type d JOIN types t ON t.origin = d.typbasetype WHERE d.typtype = 'd'
)
SELECT a.attrelid::bigint AS id, a.attname AS name, b.typname AS type, b.typtype::text AS class,
  b.typcategory::text AS category, NOT a.attnotnull AS nullable,
  a.attgenerated::text <> '' AS generated,
  CASE WHEN a.atttypmod >= 0 THEN a.atttypmod ELSE t.modifier END AS modifier,
  format_type(b.oid, CASE WHEN a.atttypmod >= 0 THEN a.atttypmod ELSE t.modifier END) AS native,
  l.collname AS collation, l.collprovider::text AS provider,
  coalesce(l.collisdeterministic, true) AS deterministic,
  CASE WHEN l.oid IS NOT NULL THEN pg_collation_actual_version(l.oid) END AS version
FROM pg_attribute a
JOIN types t ON t.origin = a.atttypid
JOIN pg_type b ON b.oid = t.base
LEFT JOIN pg_collation l ON l.oid = a.attcollation
WHERE a.attrelid = ANY($1::bigint[]) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
"""
KEYS = (
    "SELECT i.indrelid::bigint AS id, c.relname AS name, i.indisprimary AS is_primary,"
    " array_agg(a.attname::text ORDER BY k.place) AS columns, bool_or(NOT a.attnotnull) AS nullable"
    " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
    " CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, place)"
    " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number"
    " WHERE i.indrelid = ANY($1::bigint[]) AND i.indisunique AND i.indisvalid AND i.indisready"
    " AND i.indpred IS NULL AND i.indexprs IS NULL AND k.place <= i.indnkeyatts"
    " GROUP BY 1, 2, 3"
)

_KINDS = {
    "int2": Kind.INTEGER,
    "int4": Kind.INTEGER,
    "int8": Kind.INTEGER,
    "oid": Kind.INTEGER,
    "numeric": Kind.DECIMAL,
    "money": Kind.DECIMAL,
    "float4": Kind.FLOAT,
    "float8": Kind.FLOAT,
    "bool": Kind.BOOLEAN,
    "text": Kind.TEXT,
    "varchar": Kind.TEXT,
    "bpchar": Kind.TEXT,
    "char": Kind.TEXT,
    "name": Kind.TEXT,
    "citext": Kind.TEXT,
    "xml": Kind.TEXT,
    "bytea": Kind.BINARY,
    "bit": Kind.BITS,
    "varbit": Kind.BITS,
    "date": Kind.DATE,
    "time": Kind.TIME,
    "timestamp": Kind.DATETIME,
    "timestamptz": Kind.INSTANT,
    "uuid": Kind.UUID,
    "json": Kind.JSON,
    "jsonb": Kind.JSON,
}
_BYTE_ORDERS = frozenset({"C", "POSIX", "ucs_basic", "pg_c_utf8", "C.UTF-8", "C.utf8"})
_PAGE_BYTES = 8192

Record = Mapping[str, Any]


def tables(
    found: Sequence[Record], columns: Sequence[Record], keys: Sequence[Record], default: str | None
) -> dict[TableName, Table]:
    """What the three queries say, as tables; `default` is the database's own collation."""
    by_table: dict[int, list[Column]] = defaultdict(list)
    for record in columns:
        by_table[record["id"]].append(_column(record, default))
    unique: dict[int, list[Key]] = defaultdict(list)
    for record in keys:
        key = Key(
            record["name"], tuple(record["columns"]), record["is_primary"], record["nullable"]
        )
        unique[record["id"]].append(key)
    return {
        (name := TableName(record["schema"], record["name"])): Table(
            name,
            tuple(by_table[record["id"]]),
            tuple(sorted(unique[record["id"]], key=_rank)),
            record["rows"],
            max(1, record["pages"] * _PAGE_BYTES // max(1, record["rows"]))
            if record["rows"]
            else 1,
        )
        for record in found
    }


def _rank(key: Key) -> tuple[bool, bool, int, str]:
    return (not key.primary, key.nullable, len(key.columns), key.name)


def _column(record: Record, default: str | None) -> Column:
    return Column(record["name"], _type(record, default), record["nullable"], record["generated"])


def _type(record: Record, default: str | None) -> ColumnType:
    base, native, modifier = record["type"], record["native"], record["modifier"]
    if record["class"] == "e":
        return ColumnType(Kind.TEXT, native, length=63)
    kind = _KINDS.get(base, Kind.NATIVE)
    if record["class"] == "p":
        return ColumnType(Kind.UNKNOWN, native)
    if kind is Kind.DECIMAL:
        return ColumnType(kind, native, scale=2 if base == "money" else _scale(modifier))
    if kind is Kind.FLOAT:
        return ColumnType(kind, native, bits=32 if base == "float4" else 64)
    if kind is Kind.BITS:
        return ColumnType(kind, native, bits=modifier if base == "bit" and modifier > 0 else None)
    if kind in (Kind.TIME, Kind.DATETIME, Kind.INSTANT):
        return ColumnType(kind, native, fraction=modifier if modifier >= 0 else 6)
    if kind is Kind.TEXT:
        return _text(record, default)
    return ColumnType(kind, native)


def _scale(modifier: int) -> int | None:
    """The scale of a numeric's type modifier, of 11 bits with sign since PostgreSQL 15."""
    if modifier < 0:
        return None
    scale = (modifier - 4) & 0x7FF
    return scale if scale < 1024 else None


def _text(record: Record, default: str | None) -> ColumnType:
    base, modifier = record["type"], record["modifier"]
    ordered = base in ("text", "varchar", "bpchar", "name")
    length = modifier - 4 if base in ("varchar", "bpchar") and modifier >= 4 else None
    return ColumnType(
        Kind.TEXT,
        record["native"],
        length={"char": 1, "name": 63}.get(base, length),
        padded=base == "bpchar",
        collation=_collation(record, default) if ordered else None,
        character_set="UTF8",
    )


def _collation(record: Record, default: str | None) -> str | None:
    if record["collation"] == "default":
        return default
    return collation(
        record["collation"], record["provider"], record["version"], record["deterministic"]
    )


def collation(name: str, provider: str, version: str | None, deterministic: bool) -> str | None:
    """A name that two servers share only if they order alike; None where that is not known."""
    if name in _BYTE_ORDERS and re.fullmatch("[cbd]", provider):
        return "C"
    if version is None or not deterministic:
        return None
    return f"{name}@{provider}@{version}"
