"""What can be asked of comparisons."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from syncproof.domain.comparison import (
    Comparison,
    ComparisonId,
    ComparisonKind,
    Options,
    TablePair,
)
from syncproof.domain.difference import Outcome
from syncproof.domain.errors import WrongState
from syncproof.domain.job import Job
from syncproof.domain.lifecycle import ENDED, ComparisonState, JobState
from syncproof.domain.table import TableName
from syncproof.ports import store
from syncproof.ports.clock import Clock
from syncproof.ports.store import Finding, Planned
from syncproof.service.jobs import comparable
from syncproof.service.names import Both, WantedDatabase, resolved
from syncproof.service.servers import Opener, reached

SPEED_WINDOW = 10_000
"""Milliseconds over which a speed is measured."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A comparison that a caller asks for. `databases` None: everything in the job's scope.
    `start_at` in epoch milliseconds; None or past: at once. `replace`: an unfinished one of the
    same level is cancelled, else the new one is refused."""

    kind: ComparisonKind
    databases: tuple[WantedDatabase, ...] | None
    start_at: int | None = None
    replace: bool = False
    options: Options | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a comparison is: percent from 0 to 100, and bytes of source rows a second."""

    state: ComparisonState
    percent: float
    speed: float
    recheck: int = 0


class ComparisonService:
    """The verbs of comparisons; each looks only into the caller's project."""

    def __init__(
        self,
        jobs: store.Jobs,
        comparisons: store.Comparisons,
        findings: store.Findings,
        opener: Opener,
        clock: Clock,
        defaults: Options,
    ) -> None:
        self._jobs = jobs
        self._comparisons = comparisons
        self._findings = findings
        self._opener = opener
        self._clock = clock
        self.defaults = defaults

    async def ready_job(self, project: str, job_id: str) -> Job:
        """A job that can be compared now. Raises NotFound, ParentJob, WrongState."""
        job = comparable(await self._jobs.get(project, job_id))
        if job.state is not JobState.RUNNING:
            raise WrongState(state=job.state.value)
        return job

    async def carrying_job(self, project: str, job_id: str) -> Job:
        """A job that carries comparisons, in any state. Raises NotFound, ParentJob."""
        return comparable(await self._jobs.get(project, job_id))

    async def plan(self, job: Job, wanted: Wanted) -> list[Planned]:
        """The pairs of tables of a wanted comparison. Raises InvalidParameter, and what a
        server's failure raises."""
        async with reached(job, self._opener) as both:
            pairs = await resolved(wanted.databases, job.scope, both)
            for condition in {pair.condition for pair in pairs if pair.condition}:
                for side in (both.source, both.target):
                    side.check_condition(condition, both.source.capabilities.family)
            rows = await _estimates(pairs, both)
        return [Planned(pair, rows.get(pair.source, 0)) for pair in pairs]

    async def create(self, job: Job, wanted: Wanted, planned: Sequence[Planned]) -> ComparisonId:
        """A new comparison. Raises OperationInProgress, WrongState."""
        now = self._clock()
        new = Comparison(
            id=ComparisonId(str(uuid.uuid4())),
            job=job.id,
            project=job.project,
            kind=wanted.kind,
            state=ComparisonState.WAITING,
            options=wanted.options or self.defaults,
            created_at=now,
            start_at=max(now, wanted.start_at or now),
        )
        await self._comparisons.create(new, planned, wanted.replace)
        return new.id

    async def get(self, project: str, job_id: str, comparison: str) -> Comparison:
        """A comparison. Raises NotFound."""
        return await self._comparisons.get(project, job_id, comparison)

    async def page(
        self, job: Job, offset: int, limit: int, kinds: Sequence[ComparisonKind] = ()
    ) -> tuple[int, list[Comparison]]:
        """How many comparisons a job has, and one page, newest first."""
        return await self._comparisons.page(job.id, offset, limit, kinds)

    async def cancel(self, project: str, job_id: str, comparison: str) -> None:
        """End a comparison; one that has ended stays as it is. Raises NotFound."""
        found = await self._comparisons.get(project, job_id, comparison)
        if found.state in ENDED:
            raise WrongState(state=found.state.value)
        await self._comparisons.end(
            comparison, ComparisonState.CANCELLED, self._clock(), "cancelled by the caller"
        )

    async def start_now(self, project: str, job_id: str, comparison: str) -> None:
        """Start one that waits for its time. Raises NotFound, WrongState."""
        await self._comparisons.get(project, job_id, comparison)
        await self._comparisons.hasten(comparison, self._clock())

    async def progress(self, project: str, job_id: str, comparison: str) -> Progress:
        """How far a comparison is. Raises NotFound."""
        found = await self._comparisons.get(project, job_id, comparison)
        if found.state is ComparisonState.SUCCESSFUL:
            return Progress(found.state, 100.0, 0.0)
        percent = _percent(await self._findings.all(comparison))
        if found.state is not ComparisonState.RUNNING:
            return Progress(found.state, percent, 0.0)
        now = self._clock()
        window = max(1000, min(SPEED_WINDOW, now - (found.started_at or now)))
        covered = await self._findings.bytes_since(comparison, now - window)
        return Progress(found.state, percent, covered * 1000 / window)


def _percent(findings: Sequence[Finding]) -> float:
    """Tables weigh as many rows as they are thought to have; one that runs is never whole."""
    if not findings:
        return 0.0
    whole = sum(max(1, finding.rows) for finding in findings)
    done = 0.0
    for finding in findings:
        weight = max(1, finding.rows)
        if finding.outcome not in (Outcome.WAITING, Outcome.COMPARING):
            done += weight
        else:
            done += min(finding.source_rows, weight * 0.99)
    return round(min(100.0, 100 * done / whole), 2)


async def _estimates(pairs: Sequence[TablePair], both: Both) -> dict[TableName, int]:
    described = await both.source.describe([pair.source for pair in pairs])
    return {name: table.rows for name, table in described.items()}
