"""Comparisons and who works on them, as the store remembers them."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from syncproof.domain.comparison import (
    Comparison,
    ComparisonId,
    ComparisonKind,
    Options,
    TablePair,
)
from syncproof.domain.difference import Outcome
from syncproof.domain.errors import NotFound, OperationInProgress, WrongState
from syncproof.domain.lifecycle import COMPARISON_MOVES, ENDED, ComparisonState, JobState
from syncproof.ports.store import Planned
from syncproof.store.codec import dumped, loaded
from syncproof.store.tables import comparisons, jobs, pairs

_FINISHED = tuple(state.value for state in ENDED)
_UNFINISHED_OUTCOMES = (Outcome.WAITING.value, Outcome.COMPARING.value)


class Comparisons:
    """The repository of comparisons; every method is one transaction."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def create(
        self, new: Comparison, planned: Sequence[Planned], replace: bool
    ) -> ComparisonId | None:
        """Remember a new comparison with its tables. One that is unfinished at the same level
        of its job is cancelled in the same transaction where `replace`, and its id given.
        Raises OperationInProgress, WrongState (the job does not run)."""
        level = level_of(new.kind)
        async with self._engine.begin() as connection:
            state = await connection.scalar(
                sa.select(jobs.c.state).where(jobs.c.id == new.job).with_for_update()
            )
            if state != JobState.RUNNING.value:
                raise WrongState(state=str(state))
            old = (await connection.execute(_unfinished(new.job, level))).mappings().first()
            if old is not None and not replace:
                raise OperationInProgress(comparison=old["id"])
            if old is not None:
                await _end(
                    connection,
                    old["id"],
                    ComparisonState.CANCELLED,
                    new.created_at,
                    "replaced by a new comparison",
                )
            await connection.execute(sa.insert(comparisons), _record(new, level, old))
            if planned:
                await connection.execute(
                    sa.insert(pairs),
                    [_pair(new.id, place, one) for place, one in enumerate(planned)],
                )
        return ComparisonId(old["id"]) if old is not None else None

    async def get(self, project: str, job: str, comparison: str) -> Comparison:
        """A comparison of a job. Raises NotFound."""
        query = sa.select(comparisons).where(
            comparisons.c.id == comparison,
            comparisons.c.job == job,
            comparisons.c.project == project,
        )
        async with self._engine.connect() as connection:
            record = (await connection.execute(query)).mappings().first()
        if record is None:
            raise NotFound()
        return _comparison(record)

    async def page(
        self, job: str, offset: int, limit: int, kinds: Sequence[ComparisonKind] = ()
    ) -> tuple[int, list[Comparison]]:
        """How many a job has, and one page, newest first."""
        matching = [comparisons.c.job == job]
        if kinds:
            matching.append(comparisons.c.kind.in_([kind.value for kind in kinds]))
        query = sa.select(comparisons).where(*matching)
        query = query.order_by(comparisons.c.created_at.desc(), comparisons.c.id)
        async with self._engine.connect() as connection:
            count = await connection.scalar(
                sa.select(sa.func.count()).select_from(comparisons).where(*matching)
            )
            found = (await connection.execute(query.offset(offset).limit(limit))).mappings()
            return int(count or 0), [_comparison(record) for record in found]

    async def end(
        self, comparison: str, state: ComparisonState, now: int, message: str | None = None
    ) -> None:
        """Bring a comparison to one of its ends. Raises WrongState when it has ended."""
        async with self._engine.begin() as connection:
            await _end(connection, comparison, state, now, message)

    async def end_all(self, job: str, now: int, message: str) -> None:
        """Cancel everything unfinished of a job."""
        query = sa.select(comparisons.c.id).where(
            comparisons.c.job == job, comparisons.c.unfinished == 1
        )
        async with self._engine.begin() as connection:
            for (comparison,) in (await connection.execute(query)).all():
                await _end(connection, comparison, ComparisonState.CANCELLED, now, message)

    async def hasten(self, comparison: str, now: int) -> None:
        """Let one that waits for its time start now. Raises WrongState."""
        waiting = (
            comparisons.c.id == comparison,
            comparisons.c.state == ComparisonState.WAITING.value,
        )
        async with self._engine.begin() as connection:
            done = await connection.execute(
                sa.update(comparisons).where(*waiting).values(start_at=now)
            )
            if not done.rowcount:
                raise WrongState(state="started")

    async def state(self, comparison: str) -> ComparisonState:
        """Where a comparison is."""
        query = sa.select(comparisons.c.state).where(comparisons.c.id == comparison)
        async with self._engine.connect() as connection:
            return ComparisonState(await connection.scalar(query))

    async def claim(self, worker: str, now: int, lease: int) -> Comparison | None:
        """Take one that is due, or whose worker's lease has expired, for `lease` milliseconds."""
        async with self._engine.begin() as connection:
            record = (await connection.execute(_claimable(now))).mappings().first()
            if record is None:
                return None
            values: dict[str, Any] = {
                "worker": worker,
                "lease_until": now + lease,
                "stopped": False,
            }
            if record["state"] == ComparisonState.WAITING.value:
                values |= {"state": ComparisonState.RUNNING.value, "started_at": now}
            await connection.execute(
                sa.update(comparisons).where(comparisons.c.id == record["id"]).values(**values)
            )
        return _comparison({**record, **{k: v for k, v in values.items() if k in record}})

    async def hold(self, comparison: str, worker: str, until: int) -> bool:
        """Extend a lease; False when the comparison has ended or is another worker's."""
        mine = (
            comparisons.c.id == comparison,
            comparisons.c.worker == worker,
            comparisons.c.unfinished == 1,
        )
        async with self._engine.begin() as connection:
            done = await connection.execute(
                sa.update(comparisons).where(*mine).values(lease_until=until)
            )
            return bool(done.rowcount)

    async def release(self, comparison: str, worker: str, *, stopped: bool = True) -> None:
        """Say that this worker has no query of the comparison running any more."""
        mine = (comparisons.c.id == comparison, comparisons.c.worker == worker)
        async with self._engine.begin() as connection:
            await connection.execute(
                sa.update(comparisons)
                .where(*mine)
                .values(worker=None, lease_until=None, stopped=stopped)
            )


def level_of(kind: ComparisonKind) -> str:
    """'object' or 'data': of each a job has one unfinished comparison at most."""
    return "object" if kind is ComparisonKind.OBJECTS else "data"


def _unfinished(job: str, level: str) -> sa.Select[Any]:
    return sa.select(comparisons).where(
        comparisons.c.job == job, comparisons.c.level == level, comparisons.c.unfinished == 1
    )


def _claimable(now: int) -> sa.Select[Any]:
    """Due and with nothing of its predecessor running, or left by a worker that is gone."""
    before = comparisons.alias()
    busy = (
        sa.select(before.c.id)
        .where(
            before.c.id == comparisons.c.after,
            before.c.stopped.is_(False),
            before.c.lease_until > now,
        )
        .exists()
    )
    due = sa.and_(
        comparisons.c.state == ComparisonState.WAITING.value, comparisons.c.start_at <= now, ~busy
    )
    left = sa.and_(
        comparisons.c.state == ComparisonState.RUNNING.value,
        sa.or_(comparisons.c.lease_until.is_(None), comparisons.c.lease_until < now),
    )
    running = sa.select(jobs.c.id).where(
        jobs.c.id == comparisons.c.job, jobs.c.state == JobState.RUNNING.value
    )
    return (
        sa.select(comparisons)
        .where(comparisons.c.unfinished == 1, sa.or_(due, left), running.exists())
        .order_by(comparisons.c.start_at)
        .limit(1)
        .with_for_update(skip_locked=True, of=comparisons)
    )


async def _end(
    connection: AsyncConnection,
    comparison: str,
    state: ComparisonState,
    now: int,
    message: str | None,
) -> None:
    before = await connection.scalar(
        sa.select(comparisons.c.state).where(comparisons.c.id == comparison).with_for_update()
    )
    if before is None or state not in COMPARISON_MOVES[ComparisonState(before)]:
        raise WrongState(state=str(before))
    await connection.execute(
        sa.update(comparisons)
        .where(comparisons.c.id == comparison)
        .values(state=state.value, unfinished=None, ended_at=now, message=message)
    )
    left = Outcome.CANCELLED if state is ComparisonState.CANCELLED else Outcome.FAILED
    await connection.execute(
        sa.update(pairs)
        .where(pairs.c.comparison == comparison, pairs.c.outcome.in_(_UNFINISHED_OUTCOMES))
        .values(outcome=left.value)
    )


def _record(new: Comparison, level: str, old: sa.RowMapping | None) -> dict[str, Any]:
    return {
        "id": new.id,
        "job": new.job,
        "project": new.project,
        "kind": new.kind.value,
        "level": level,
        "state": new.state.value,
        "unfinished": 1,
        "options": dumped(Options, new.options),
        "created_at": new.created_at,
        "start_at": new.start_at,
        "after": old["id"] if old is not None else None,
        "stopped": True,
    }


def _pair(comparison: str, place: int, planned: Planned) -> dict[str, Any]:
    source, target = planned.pair.source, planned.pair.target
    return {
        "comparison": comparison,
        "place": place,
        "source_database": source.database,
        "source_table": source.name,
        "target_database": target.database,
        "target_table": target.name,
        "pair": dumped(TablePair, planned.pair),
        "outcome": Outcome.WAITING.value,
        "rows": planned.rows,
    }


def _comparison(record: Any) -> Comparison:
    return Comparison(
        id=ComparisonId(record["id"]),
        job=record["job"],
        project=record["project"],
        kind=ComparisonKind(record["kind"]),
        state=ComparisonState(record["state"]),
        options=loaded(Options, record["options"]),
        created_at=record["created_at"],
        start_at=record["start_at"],
        started_at=record["started_at"],
        ended_at=record["ended_at"],
        message=record["message"],
    )
