"""MySQL's and MariaDB's own description of their tables, in three queries for any number."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from syncproof.domain.table import Column, ColumnType, Key, Kind, Table, TableName

SYSTEM = ("information_schema", "mysql", "performance_schema", "sys")

DATABASES = f"SELECT schema_name FROM information_schema.schemata WHERE schema_name NOT IN {SYSTEM}"
TABLES = (
    "SELECT table_name FROM information_schema.tables"
    " WHERE table_schema = %s AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')"
)
_TABLES = (
    "SELECT table_schema, table_name, table_rows, avg_row_length, data_length"
    " FROM information_schema.tables"
    " WHERE table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') AND (table_schema, table_name) IN ({})"
)
_COLUMNS = (
    "SELECT table_schema, table_name, column_name, data_type, column_type, is_nullable,"
    " character_set_name, collation_name, character_octet_length, numeric_scale,"
    " datetime_precision, extra"
    " FROM information_schema.columns WHERE (table_schema, table_name) IN ({})"
    " ORDER BY ordinal_position"
)
_KEYS = (
    "SELECT table_schema, table_name, index_name, column_name, sub_part, nullable"
    " FROM information_schema.statistics"
    " WHERE non_unique = 0 AND (table_schema, table_name) IN ({})"
    " ORDER BY index_name, seq_in_index"
)

INTEGERS = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint", "year"})
TEXTS = frozenset({"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"})
BINARIES = frozenset({"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"})
GEOMETRIES = frozenset(
    "geometry point linestring polygon multipoint multilinestring multipolygon "
    "geometrycollection geomcollection".split()
)
_PLAIN = {
    "date": Kind.DATE,
    "json": Kind.JSON,
    "uuid": Kind.UUID,
    "inet4": Kind.NATIVE,
    "inet6": Kind.NATIVE,
    "vector": Kind.NATIVE,
}
_TIMES = {"time": Kind.TIME, "datetime": Kind.DATETIME, "timestamp": Kind.INSTANT}

Record = Mapping[str, Any]


def queries(names: Sequence[TableName]) -> tuple[tuple[str, str, str], list[str]]:
    """Tables, columns and keys of these names, with their one list of arguments."""
    marks = ", ".join(["(%s, %s)"] * len(names))
    arguments = [part for name in names for part in (name.database, name.name)]
    return (_TABLES.format(marks), _COLUMNS.format(marks), _KEYS.format(marks)), arguments


def tables(
    found: Sequence[Record], columns: Sequence[Record], keys: Sequence[Record]
) -> dict[TableName, Table]:
    """What the three queries say, as tables."""
    by_table: dict[TableName, list[Column]] = defaultdict(list)
    for record in columns:
        by_table[_name(record)].append(_column(record))
    indexes: dict[TableName, dict[str, list[Record]]] = defaultdict(lambda: defaultdict(list))
    for record in keys:
        indexes[_name(record)][record["index_name"]].append(record)
    return {
        (name := _name(record)): Table(
            name,
            tuple(by_table[name]),
            _keys(indexes[name]),
            int(record["table_rows"] or 0),
            max(1, int(record["avg_row_length"] or 0)),
        )
        for record in found
    }


def _name(record: Record) -> TableName:
    return TableName(record["table_schema"], record["table_name"])


def _keys(indexes: Mapping[str, Sequence[Record]]) -> tuple[Key, ...]:
    found = [
        Key(
            name,
            tuple(part["column_name"] for part in parts),
            name == "PRIMARY",
            any(part["nullable"] == "YES" for part in parts),
        )
        for name, parts in indexes.items()
        if all(part["sub_part"] is None and part["column_name"] for part in parts)
    ]
    return tuple(sorted(found, key=lambda key: (not key.primary, key.nullable, len(key.columns))))


def _column(record: Record) -> Column:
    return Column(
        record["column_name"],
        _type(record),
        record["is_nullable"] == "YES",
        "GENERATED" in (record["extra"] or "") and "DEFAULT_GENERATED" not in record["extra"],
    )


def _type(record: Record) -> ColumnType:
    base, native = record["data_type"].lower(), record["column_type"].lower()
    if base in INTEGERS:
        return ColumnType(Kind.INTEGER, native, unsigned="unsigned" in native)
    if base in ("decimal", "numeric"):
        return ColumnType(Kind.DECIMAL, native, scale=int(record["numeric_scale"]))
    if base in ("float", "double", "real"):
        return ColumnType(Kind.FLOAT, native, bits=32 if base == "float" else 64)
    if base == "bit":
        width = re.search(r"\d+", native)
        return ColumnType(Kind.BITS, native, bits=int(width[0]) if width else 1)
    if base in TEXTS:
        return _text(record, base)
    if base in BINARIES:
        length = record["character_octet_length"]
        return ColumnType(
            Kind.BINARY, native, length=int(length) if length else None, padded=base == "binary"
        )
    if base in _TIMES:
        return ColumnType(_TIMES[base], native, fraction=int(record["datetime_precision"] or 0))
    if base in GEOMETRIES:
        return ColumnType(Kind.GEOMETRY, native)
    return ColumnType(_PLAIN.get(base, Kind.UNKNOWN), native)


def _text(record: Record, base: str) -> ColumnType:
    """ENUM and SET are ordered by the place of their labels, not by a collation."""
    labelled = base in ("enum", "set")
    length = record["character_octet_length"]
    return ColumnType(
        Kind.TEXT,
        record["column_type"] if labelled else record["column_type"].lower(),
        length=int(length) if length else None,
        padded=base == "char",
        collation=None if labelled else record["collation_name"],
        character_set=record["character_set_name"],
    )
