"""What can be asked of jobs."""

import secrets
import string
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from syncproof.domain.comparison import Options
from syncproof.domain.errors import (
    InvalidParameter,
    MissingParameter,
    ParentJob,
    SyncproofError,
    WrongState,
)
from syncproof.domain.job import Endpoint, Job, JobId, ProjectId, ScopedDatabase
from syncproof.domain.lifecycle import JobState
from syncproof.ports import store
from syncproof.ports.clock import Clock
from syncproof.service.servers import Opener, reached


@dataclass(frozen=True, slots=True)
class NewJob:
    """What a caller says of a job. Several sources make a parent with a child each."""

    name: str
    engine_type: str
    sources: tuple[Endpoint, ...]
    targets: tuple[Endpoint, ...]
    scope: tuple[ScopedDatabase, ...]
    given: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tested:
    """What a test of one endpoint's connection found; `reason` None: it works."""

    side: str
    endpoint: Endpoint
    reason: SyncproofError | None


def new_id() -> JobId:
    """36 characters like a UUID that end in 'jb' and three more."""
    tail = "".join(secrets.choice(string.digits + string.ascii_lowercase) for _ in range(3))
    return JobId(f"{str(uuid.uuid4())[:31]}jb{tail}")


class JobService:
    """The verbs of jobs; each looks only into the caller's project."""

    def __init__(
        self, jobs: store.Jobs, comparisons: store.Comparisons, opener: Opener, clock: Clock
    ) -> None:
        self._jobs = jobs
        self._comparisons = comparisons
        self._opener = opener
        self._clock = clock

    async def create(self, project: str, new: NewJob) -> Job:
        """A job in CONFIGURATION; with several sources, a parent and its children."""
        if not new.sources or not new.targets:
            side = "target_endpoint" if new.sources else "source_endpoint"
            raise MissingParameter(name=side)
        if len(new.targets) not in (1, len(new.sources)):
            raise InvalidParameter(name="target_endpoint", reason="one, or one a source")
        job = Job(
            id=new_id(),
            project=ProjectId(project),
            name=new.name,
            engine_type=new.engine_type,
            state=JobState.CONFIGURATION,
            source=new.sources[0],
            target=new.targets[0],
            scope=new.scope,
            created_at=self._clock(),
            given=new.given,
            is_parent=len(new.sources) > 1,
        )
        await self._jobs.add([job, *_children(job, new)])
        return job

    async def get(self, project: str, job: str) -> Job:
        """A job. Raises NotFound."""
        return await self._jobs.get(project, job)

    async def page(
        self, project: str, offset: int, limit: int, name: str | None = None
    ) -> tuple[int, list[Job]]:
        """How many jobs there are, and one page, newest first."""
        return await self._jobs.page(project, offset, limit, name)

    async def children(self, job: Job) -> list[Job]:
        """The children of a parent."""
        return await self._jobs.children(job.id) if job.is_parent else []

    async def change(
        self,
        project: str,
        job_id: str,
        scope: tuple[ScopedDatabase, ...] | None,
        given: Mapping[str, Any] | None,
        name: str | None = None,
    ) -> Job:
        """Replace scope, mapping or name; a comparison that runs keeps what it began with."""
        job = await self._jobs.get(project, job_id)
        for one in [job, *await self.children(job)]:
            await self._jobs.change(
                one.id, self._clock(), scope, dict(given) if given is not None else None, name
            )
        return await self._jobs.get(project, job_id)

    async def delete(self, project: str, job_id: str) -> None:
        """End its comparisons and forget the job."""
        job = await self._jobs.get(project, job_id)
        for one in [*await self.children(job), job]:
            await self._comparisons.end_all(one.id, self._clock(), "the job was deleted")
            await self._jobs.move(one.id, JobState.DELETED, self._clock())

    async def test(self, project: str, job_id: str) -> list[Tested]:
        """Try both connections of a job (of each child of a parent)."""
        job = await self._jobs.get(project, job_id)
        tested = []
        for one in await self.children(job) or [job]:
            for side, endpoint in (("so", one.source), ("ta", one.target)):
                tested.append(Tested(side, endpoint, await self._failure(endpoint)))
        return tested

    async def test_endpoint(self, side: str, endpoint: Endpoint) -> Tested:
        """Try one connection that belongs to no job yet."""
        return Tested(side, endpoint, await self._failure(endpoint))

    async def _failure(self, endpoint: Endpoint) -> SyncproofError | None:
        try:
            async with self._opener(endpoint, Options(connections=1)) as database:
                await database.databases()
        except SyncproofError as error:
            return error
        return None

    async def start(self, project: str, job_id: str) -> None:
        """Bring a job (the children of a parent) to STARTJOBING; a worker establishes it.
        Raises WrongState."""
        job = await self._jobs.get(project, job_id)
        starting = await self.children(job) or [job]
        for one in [job, *starting] if job.is_parent else starting:
            await self._jobs.move(one.id, JobState.STARTING, self._clock())
        if job.is_parent:
            await self._jobs.move(job.id, JobState.RUNNING, self._clock())

    async def establish(self, job: Job) -> None:
        """Test what a starting job needs and bring it to INCRE_TRANSFER_STARTED, or to
        START_JOB_FAILED with the reason."""
        try:
            async with reached(job, self._opener) as both:
                for database in job.scope:
                    await both.source.tables(database.name)
                    await both.target.tables(database.target)
        except SyncproofError as error:
            side = "; ".join(f"{name}: {value}" for name, value in error.parameters.items())
            await self._settle(job, JobState.START_FAILED, f"{error.code}: {side}")
        else:
            await self._settle(job, JobState.RUNNING, None)

    async def _settle(self, job: Job, state: JobState, reason: str | None) -> None:
        try:
            await self._jobs.move(job.id, state, self._clock(), reason)
        except WrongState:
            return  # somebody stopped or deleted it meanwhile

    async def stop(self, project: str, job_id: str) -> None:
        """Pause a job; its comparisons end as CANCELLED. Raises WrongState."""
        await self._leave(project, job_id, JobState.PAUSED, "the job was stopped")

    async def terminate(self, project: str, job_id: str) -> None:
        """End a job for good; its comparisons end as CANCELLED. Raises WrongState."""
        await self._leave(project, job_id, JobState.RELEASED, "the job was ended")

    async def _leave(self, project: str, job_id: str, state: JobState, reason: str) -> None:
        job = await self._jobs.get(project, job_id)
        for one in [job, *await self.children(job)]:
            await self._jobs.move(one.id, state, self._clock(), reason)
            await self._comparisons.end_all(one.id, self._clock(), reason)


def comparable(job: Job) -> Job:
    """The job, if it carries comparisons itself. Raises ParentJob."""
    if job.is_parent:
        raise ParentJob()
    return job


def _children(job: Job, new: NewJob) -> Sequence[Job]:
    if not job.is_parent:
        return []
    targets = new.targets if len(new.targets) > 1 else new.targets * len(new.sources)
    return [
        replace(
            job,
            id=new_id(),
            name=f"{job.name}-{place}",
            source=source,
            target=target,
            parent=job.id,
            is_parent=False,
        )
        for place, (source, target) in enumerate(zip(new.sources, targets, strict=True), 1)
    ]
