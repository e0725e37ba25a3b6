"""Reads one side's part of a piece into memory, and stops where it would be too much."""

from collections.abc import Sequence
from itertools import islice
from typing import TypeAlias, cast

from syncproof.domain.chunk import Chunk, KeyValues
from syncproof.domain.difference import Row
from syncproof.engine.memory import PIECE_BYTES, Measure
from syncproof.engine.rows import TooMany
from syncproof.engine.side import Party

Hashes: TypeAlias = dict[KeyValues, str]
KEYS_AT_ONCE = 200


async def read_hashes(party: Party, chunk: Chunk, most: int) -> Hashes | None:
    """Each key's hash; None where a key came twice. Raises TooMany."""
    hashes: Hashes = {}
    rows = 0
    async with party.hashes(chunk) as batches:
        async for batch in batches:
            rows += len(batch)
            if rows > most:
                raise TooMany
            hashes.update(cast(list[tuple[KeyValues, str]], batch))
    return hashes if len(hashes) == rows else None


async def read_rows(party: Party, chunk: Chunk, measure: Measure) -> list[Row]:
    """Each row. Raises TooMany where there are more, or larger ones, than a piece may have;
    a single row is never too many."""
    rows: list[Row] = []
    size = 0
    async with party.rows(chunk) as batches:
        async for batch in batches:
            rows.extend(batch)
            size += weigh(batch, measure)
            if (len(rows) > 4 * measure.most_rows or size > PIECE_BYTES) and len(rows) > 1:
                raise TooMany
    return rows


def weigh(rows: Sequence[Row], measure: Measure) -> int:
    """Characters in the columns that may be long."""
    return sum(len(cell) for row in rows for i in measure.wide if isinstance(cell := row[i], str))


async def fetch(party: Party, keys: Sequence[KeyValues]) -> list[Row] | None:
    """The rows of exactly these keys; None where the server does not find one of them. What it
    finds beside them (`k = 'a'` finds 'A' under a collation) is left alone."""
    wanted = set(keys)
    found: dict[KeyValues, Row] = {}
    rest = iter(keys)
    while batch := list(islice(rest, KEYS_AT_ONCE)):
        for row in await party.rows_by_key(batch):
            key = cast(KeyValues, tuple(row[i] for i in party.reading.key))
            if key in wanted:
                found[key] = row
    return list(found.values()) if len(found) == len(wanted) else None
