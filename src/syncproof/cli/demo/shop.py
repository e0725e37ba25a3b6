"""The shop of the demo: its tables, its rows, its replication, and what is tampered with."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

import asyncpg

TABLES = ("customers", "orders", "order_lines", "documents", "readings")
"""What is compared; `journal` is written all the while and is left out."""

_DEFINITIONS = """
CREATE TYPE mood AS ENUM ('calm', 'busy', 'closed');
CREATE TABLE customers (id uuid PRIMARY KEY, name text NOT NULL, city varchar(40), born date,
  credit numeric(12,2) NOT NULL, tags text[], profile jsonb, mood mood NOT NULL,
  seen timestamptz NOT NULL);
CREATE TABLE orders (id bigint PRIMARY KEY, customer uuid NOT NULL, placed timestamp(6) NOT NULL,
  total numeric(14,4) NOT NULL, weight double precision, note text, paid boolean NOT NULL);
CREATE TABLE order_lines (order_id bigint, line int, article varchar(30) NOT NULL,
  quantity smallint NOT NULL, price numeric(10,2) NOT NULL, PRIMARY KEY (order_id, line));
CREATE TABLE documents (id int PRIMARY KEY, kind char(4) NOT NULL, body bytea NOT NULL,
  valid tstzrange, mask bit(16), place point, lasting interval);
CREATE TABLE readings (sensor int NOT NULL, value real, at timestamptz);
CREATE TABLE journal (id bigserial PRIMARY KEY, said text NOT NULL);
ALTER TABLE readings REPLICA IDENTITY FULL;
"""
_ROWS = """
INSERT INTO customers SELECT md5(i::text)::uuid,
  (ARRAY['Ada Lovelace','Grace Hopper','王小明','Zoë Åström','Иван Петров'])[1 + i % 5] || ' ' || i,
  CASE WHEN i % 9 > 0 THEN 'city ' || i % 97 END, date '1950-01-01' + i % 20000, i % 100000 / 7.0,
  ARRAY['t' || i % 3, 'u' || i % 11], jsonb_build_object('level', i % 10, 'points', i * 1.5),
  (ARRAY['calm','busy','closed'])[1 + i % 3]::mood, now() - make_interval(secs => i)
  FROM generate_series(1, 30000) i;
INSERT INTO orders SELECT i, md5((1 + i % 30000)::text)::uuid,
  timestamp '2024-01-01' + make_interval(secs => i * 1.234567), i * 13 % 99991 / 8.0,
  i / 7.0::float8, CASE WHEN i % 4 = 0 THEN 'note ' || i END, i % 3 = 0
  FROM generate_series(1, 150000) i;
INSERT INTO order_lines SELECT 1 + i / 2, 1 + i % 2, 'article ' || i % 1000, 1 + i % 9,
  i % 5000 / 3.0 FROM generate_series(0, 199999) i;
INSERT INTO documents SELECT i, 'K' || i % 10, decode(md5(i::text), 'hex'),
  tstzrange(timestamptz '2025-01-01', timestamptz '2025-01-01' + make_interval(hours => i)),
  i::bit(16), point(i, -i), make_interval(days => i % 50, mins => i)
  FROM generate_series(1, 5000) i;
INSERT INTO readings SELECT i % 500, i % 1000 / 3.0,
  timestamptz '2025-06-01' + make_interval(mins => i) FROM generate_series(1, 40000) i;
"""
TAMPERED = (
    ("one amount", "UPDATE orders SET total = total + 0.0001 WHERE id = 4711"),
    (
        "the last microsecond",
        "UPDATE orders SET placed = placed + interval '1 microsecond' WHERE id = 99999",
    ),
    (
        "'' where there was NULL",
        "UPDATE orders SET note = '' WHERE id = 150"
        " OR id = (SELECT min(id) FROM orders WHERE note IS NULL)",
    ),
    ("upper case", "UPDATE customers SET name = upper(name) WHERE id = md5('76')::uuid"),
    (
        "one number within JSON",
        "UPDATE customers SET profile = profile || '{\"level\": 11}' WHERE id = md5('1234')::uuid",
    ),
    ("a lost row", "DELETE FROM order_lines WHERE order_id = 2024 AND line = 2"),
    ("a row too many", "INSERT INTO order_lines VALUES (2024, 3, 'ghost', 1, 9.99)"),
    (
        "the last bit of a blob",
        "UPDATE documents SET body = set_bit(body, 127, 1 - get_bit(body, 127)) WHERE id = 42",
    ),
    (
        "a doubled row without a key",
        "INSERT INTO readings SELECT * FROM readings WHERE sensor = 7 LIMIT 1",
    ),
)


async def build(source: str, target: str) -> int:
    """Make the shop on both servers, replicate it, and wait until the copy has caught up. Gives
    the number of rows that are compared."""
    for dsn in (source, target):
        admin = await asyncpg.connect(dsn.rpartition("/")[0] + "/postgres")
        await admin.execute("CREATE DATABASE shop")
        await admin.close()
        await _execute(dsn, [_DEFINITIONS])
    await _execute(source, [_ROWS, "CREATE PUBLICATION shop FOR ALL TABLES"])
    await _execute(target, [f"CREATE SUBSCRIPTION shop CONNECTION '{source}' PUBLICATION shop"])
    await caught_up(source, target)
    counts = [await _value(source, f"SELECT count(*) FROM {table}") for table in TABLES]
    return sum(counts)


async def caught_up(source: str, target: str) -> None:
    """Wait until every table is copied and everything written so far has been applied."""
    written = await _value(source, "SELECT pg_current_wal_lsn()::text")
    while await _value(target, "SELECT count(*) FROM pg_subscription_rel WHERE srsubstate <> 'r'"):
        await asyncio.sleep(0.1)
    behind = (
        "SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'shop'"
        f" AND confirmed_flush_lsn < '{written}'"
    )
    while await _value(source, behind):
        await asyncio.sleep(0.1)


async def tamper(target: str) -> None:
    """Change the target behind the replication's back."""
    await _execute(target, [statement for _, statement in TAMPERED])


async def write(source: str) -> None:
    """Write to the journal until cancelled."""
    connection = await asyncpg.connect(source)
    with contextlib.suppress(asyncio.CancelledError):
        while True:
            await connection.execute("INSERT INTO journal (said) VALUES ('still here')")
            await asyncio.sleep(0.01)
    await connection.close()


async def _execute(dsn: str, statements: Sequence[str]) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _value(dsn: str, query: str) -> Any:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()
