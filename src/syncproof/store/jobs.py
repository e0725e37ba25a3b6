"""Jobs, as the store remembers them."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from syncproof.domain.errors import NotFound, WrongState
from syncproof.domain.job import Endpoint, Job, JobId, ProjectId, ScopedDatabase
from syncproof.domain.lifecycle import JOB_MOVES, JobState
from syncproof.store.codec import dumped, loaded
from syncproof.store.tables import jobs

_GONE = (JobState.DELETED.value,)


class Jobs:
    """The repository of jobs; every method is one transaction."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, new: Sequence[Job]) -> None:
        """Remember new jobs, all or none."""
        async with self._engine.begin() as connection:
            await connection.execute(sa.insert(jobs), [_record(job) for job in new])

    async def get(self, project: str, job: str) -> Job:
        """A job of a project. Raises NotFound."""
        query = sa.select(jobs).where(jobs.c.id == job, jobs.c.project == project, _alive())
        async with self._engine.connect() as connection:
            record = (await connection.execute(query)).mappings().first()
        if record is None:
            raise NotFound()
        return _job(record)

    async def page(
        self, project: str, offset: int, limit: int, name: str | None = None
    ) -> tuple[int, list[Job]]:
        """How many there are, and one page, newest first."""
        matching = [jobs.c.project == project, _alive(), jobs.c.parent.is_(None)]
        if name:
            matching.append(sa.or_(jobs.c.name.contains(name, autoescape=True), jobs.c.id == name))
        query = sa.select(jobs).where(*matching).order_by(jobs.c.created_at.desc(), jobs.c.id)
        async with self._engine.connect() as connection:
            count = await connection.scalar(
                sa.select(sa.func.count()).select_from(jobs).where(*matching)
            )
            found = (await connection.execute(query.offset(offset).limit(limit))).mappings()
            return int(count or 0), [_job(record) for record in found]

    async def children(self, parent: str) -> list[Job]:
        """The children of a parent, oldest first."""
        query = sa.select(jobs).where(jobs.c.parent == parent, _alive()).order_by(jobs.c.name)
        async with self._engine.connect() as connection:
            return [_job(record) for record in (await connection.execute(query)).mappings()]

    async def starting(self) -> list[Job]:
        """Jobs of every project that wait to be established."""
        query = sa.select(jobs).where(
            jobs.c.state == JobState.STARTING.value, jobs.c.is_parent.is_(False)
        )
        async with self._engine.connect() as connection:
            return [_job(record) for record in (await connection.execute(query)).mappings()]

    async def move(self, job: JobId, to: JobState, now: int, reason: str | None = None) -> JobState:
        """Change a job's state by the table of moves, in one step with the check of where it is;
        gives the state before. Raises WrongState."""
        sources = [state.value for state, moves in JOB_MOVES.items() if to in moves]
        async with self._engine.begin() as connection:
            before = await connection.scalar(
                sa.select(jobs.c.state).where(jobs.c.id == job).with_for_update()
            )
            if before not in sources:
                raise WrongState(state=str(before))
            values: dict[str, Any] = {"state": to.value, "reason": reason, "updated_at": now}
            if to is JobState.RUNNING:
                values["started_at"] = sa.func.coalesce(jobs.c.started_at, now)
            await connection.execute(sa.update(jobs).where(jobs.c.id == job).values(**values))
        return JobState(before)

    async def change(
        self,
        job: JobId,
        now: int,
        scope: tuple[ScopedDatabase, ...] | None = None,
        given: dict[str, Any] | None = None,
        name: str | None = None,
        endpoints: tuple[Endpoint, Endpoint] | None = None,
    ) -> None:
        """Replace what is not None."""
        values: dict[str, Any] = {"updated_at": now}
        if scope is not None:
            values["scope"] = dumped(tuple[ScopedDatabase, ...], scope)
        if given is not None:
            values["given"] = dumped(dict[str, Any], given)
        if name is not None:
            values["name"] = name
        if endpoints is not None:
            values["source"], values["target"] = (dumped(Endpoint, one) for one in endpoints)
        async with self._engine.begin() as connection:
            await connection.execute(sa.update(jobs).where(jobs.c.id == job).values(**values))


def _alive() -> sa.ColumnElement[bool]:
    return jobs.c.state.not_in(_GONE)


def _record(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "project": job.project,
        "parent": job.parent,
        "is_parent": job.is_parent,
        "name": job.name,
        "state": job.state.value,
        "reason": job.reason,
        "engine_type": job.engine_type,
        "source": dumped(Endpoint, job.source),
        "target": dumped(Endpoint, job.target),
        "scope": dumped(tuple[ScopedDatabase, ...], job.scope),
        "given": dumped(dict[str, Any], dict(job.given)),
        "created_at": job.created_at,
        "started_at": job.started_at,
        "updated_at": job.updated_at,
    }


def _job(record: sa.RowMapping) -> Job:
    return Job(
        id=JobId(record["id"]),
        project=ProjectId(record["project"]),
        name=record["name"],
        engine_type=record["engine_type"],
        state=JobState(record["state"]),
        source=loaded(Endpoint, record["source"]),
        target=loaded(Endpoint, record["target"]),
        scope=loaded(tuple[ScopedDatabase, ...], record["scope"]),
        created_at=record["created_at"],
        given=loaded(dict[str, Any], record["given"]),
        parent=record["parent"],
        is_parent=record["is_parent"],
        reason=record["reason"],
        started_at=record["started_at"],
        updated_at=record["updated_at"],
    )
