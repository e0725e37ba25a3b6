"""What comparisons found: each event is stored before the next is asked for."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from syncproof.domain.chunk import Chunk
from syncproof.domain.comparison import TablePair
from syncproof.domain.difference import Difference, Outcome, Verdict
from syncproof.domain.events import ChunkDone, Event, TableDone, TablePlanned
from syncproof.ports.store import Finding
from syncproof.store.codec import dumped, loaded
from syncproof.store.tables import chunks, differences, pairs


class Findings:
    """The repository of what was found; every method is one transaction."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def record(self, comparison: str, place: int, event: Event, now: int) -> None:
        """Store one event of the pair at a place."""
        match event:
            case TablePlanned():
                await self._planned(comparison, place, event)
            case ChunkDone():
                await self._chunk(comparison, place, event, now)
            case TableDone():
                await self._done(comparison, place, event)

    async def _planned(self, comparison: str, place: int, event: TablePlanned) -> None:
        """A schema other than the one before makes the table start anew."""
        async with self._engine.begin() as connection:
            before = await connection.scalar(
                sa.select(pairs.c.schema).where(*_at(pairs, comparison, place))
            )
            values: dict[str, Any] = {
                "outcome": Outcome.COMPARING.value,
                "schema": event.schema,
                "rows": event.rows,
            }
            if before is not None and before != event.schema:
                for table in (chunks, differences):
                    await connection.execute(sa.delete(table).where(*_at(table, comparison, place)))
                values |= dict.fromkeys(_SUMS, 0)
            await connection.execute(
                sa.update(pairs).where(*_at(pairs, comparison, place)).values(**values)
            )

    async def _chunk(self, comparison: str, place: int, event: ChunkDone, now: int) -> None:
        added = {
            "source_rows": event.source_rows,
            "target_rows": event.target_rows,
            "source_bytes": event.source_bytes,
            "only_source": event.only_source,
            "only_target": event.only_target,
            "changed": event.changed,
            "kept": len(event.differences),
        }
        key = {"comparison": comparison, "place": place}
        async with self._engine.begin() as connection:
            await connection.execute(
                sa.insert(chunks),
                {
                    **key,
                    "chunk": dumped(Chunk, event.chunk),
                    "source_bytes": event.source_bytes,
                    "finished_at": now,
                },
            )
            if event.differences:
                await connection.execute(
                    sa.insert(differences),
                    [
                        {**key, "kind": d.kind.value, "difference": dumped(Difference, d)}
                        for d in event.differences
                    ],
                )
            await connection.execute(
                sa.update(pairs)
                .where(*_at(pairs, comparison, place))
                .values({name: pairs.c[name] + value for name, value in added.items()})
            )

    async def _done(self, comparison: str, place: int, event: TableDone) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(
                sa.update(pairs)
                .where(*_at(pairs, comparison, place))
                .values(outcome=event.verdict.outcome.value, verdict=dumped(Verdict, event.verdict))
            )

    async def all(self, comparison: str) -> list[Finding]:
        """Every pair, in its place."""
        query = sa.select(pairs).where(pairs.c.comparison == comparison).order_by(pairs.c.place)
        async with self._engine.connect() as connection:
            return [_finding(record) for record in (await connection.execute(query)).mappings()]

    async def chunks(self, comparison: str, place: int) -> list[Chunk]:
        """The finished chunks of a pair."""
        query = sa.select(chunks.c.chunk).where(*_at(chunks, comparison, place))
        async with self._engine.connect() as connection:
            return [loaded(Chunk, text) for (text,) in (await connection.execute(query)).all()]

    async def differences(
        self, comparison: str, place: int, offset: int, limit: int
    ) -> list[Difference]:
        """One page of the differences of a pair that were kept, oldest first."""
        query = (
            sa.select(differences.c.difference)
            .where(*_at(differences, comparison, place))
            .order_by(differences.c.id)
            .offset(offset)
            .limit(limit)
        )
        async with self._engine.connect() as connection:
            return [loaded(Difference, text) for (text,) in (await connection.execute(query)).all()]

    async def bytes_since(self, comparison: str, since: int) -> int:
        """Bytes of source rows of the chunks that were finished at or after a time."""
        query = sa.select(sa.func.coalesce(sa.func.sum(chunks.c.source_bytes), 0)).where(
            chunks.c.comparison == comparison, chunks.c.finished_at >= since
        )
        async with self._engine.connect() as connection:
            return int(await connection.scalar(query) or 0)


_SUMS = (
    "source_rows",
    "target_rows",
    "source_bytes",
    "only_source",
    "only_target",
    "changed",
    "kept",
)


def _at(table: sa.Table, comparison: str, place: int) -> Sequence[sa.ColumnElement[bool]]:
    return (table.c.comparison == comparison, table.c.place == place)


def _finding(record: sa.RowMapping) -> Finding:
    verdict = record["verdict"]
    return Finding(
        place=record["place"],
        pair=loaded(TablePair, record["pair"]),
        outcome=Outcome(record["outcome"]),
        verdict=loaded(Verdict, verdict) if verdict else None,
        schema=record["schema"],
        rows=record["rows"],
        **{name: record[name] for name in _SUMS},
    )
