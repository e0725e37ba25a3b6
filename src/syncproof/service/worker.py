"""Carries comparisons out: takes what is due, stores what is found, survives being killed."""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress

from syncproof.domain.comparison import Comparison, TablePair
from syncproof.domain.difference import Outcome, Verdict
from syncproof.domain.errors import NotFound, SyncproofError, WrongState
from syncproof.domain.events import TableDone
from syncproof.domain.job import Job, JobId
from syncproof.domain.lifecycle import ComparisonState
from syncproof.engine.run import Resumed, Task, compare
from syncproof.ports import store
from syncproof.ports.clock import Clock
from syncproof.ports.store import Finding
from syncproof.service.servers import Opener, reached

_LOG = logging.getLogger(__name__)
_LOOK = 0.2
"""Seconds between looks for work."""
_BEAT = 0.5
"""Seconds between signs of life; a cancellation is noticed within one."""


class Worker:
    """Runs up to `at_once` comparisons; any number of workers may share a store."""

    def __init__(
        self,
        jobs: store.Jobs,
        comparisons: store.Comparisons,
        findings: store.Findings,
        opener: Opener,
        clock: Clock,
        at_once: int,
        lease_seconds: int,
        establish: Callable[[Job], Awaitable[None]],
    ) -> None:
        self._name = uuid.uuid4().hex
        self._jobs = jobs
        self._comparisons = comparisons
        self._findings = findings
        self._opener = opener
        self._clock = clock
        self._at_once = at_once
        self._lease = lease_seconds * 1000
        self._running: set[asyncio.Task[None]] = set()
        self._establish = establish
        self._starting: dict[JobId, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Work until cancelled; what is then unfinished is taken up again by the next worker."""
        try:
            while True:
                while len(self._running) < self._at_once and await self._take():
                    pass
                await self._start_jobs()
                await asyncio.sleep(_LOOK)
        finally:
            tasks = [*self._running, *self._starting.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _start_jobs(self) -> None:
        """Jobs that were asked to start are tried by every worker: the first result counts."""
        try:
            waiting = await self._jobs.starting()
        except Exception:
            _LOG.exception("the store could not be asked for jobs")
            return
        for job in waiting:
            if job.id not in self._starting:
                task = asyncio.create_task(self._start_job(job))
                self._starting[job.id] = task

    async def _start_job(self, job: Job) -> None:
        try:
            await self._establish(job)
        except Exception:
            _LOG.exception("job %s could not be established", job.id)
        finally:
            self._starting.pop(job.id, None)

    async def _take(self) -> bool:
        try:
            claimed = await self._comparisons.claim(self._name, self._clock(), self._lease)
        except Exception:
            _LOG.exception("the store could not be asked for work")
            return False
        if claimed is None:
            return False
        task = asyncio.create_task(self._guarded(claimed))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return True

    async def _guarded(self, comparison: Comparison) -> None:
        """One comparison, with its signs of life; ended by whoever takes it away."""
        work = asyncio.create_task(self._work(comparison))
        try:
            while not work.done():
                await asyncio.wait({work}, timeout=_BEAT)
                until = self._clock() + self._lease
                if not work.done() and not await self._held(comparison, until):
                    work.cancel()
                    break
            await self._finish(comparison, work)
        finally:
            work.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await work
            await self._comparisons.release(comparison.id, self._name)

    async def _held(self, comparison: Comparison, until: int) -> bool:
        try:
            return await self._comparisons.hold(comparison.id, self._name, until)
        except Exception:
            _LOG.exception("the lease of %s could not be extended", comparison.id)
            return True

    async def _finish(self, comparison: Comparison, work: asyncio.Task[None]) -> None:
        try:
            await work
        except asyncio.CancelledError:
            return
        except SyncproofError as error:
            await self._end(comparison, ComparisonState.FAILED, _words(error))
        except Exception as error:
            _LOG.exception("comparison %s failed", comparison.id)
            await self._end(comparison, ComparisonState.FAILED, f"internal: {type(error).__name__}")

    async def _work(self, comparison: Comparison) -> None:
        job = await self._jobs.get(comparison.project, comparison.job)
        findings = await self._findings.all(comparison.id)
        places = {finding.pair: finding.place for finding in findings}
        task = await self._task(comparison, findings)
        failed = any(verdict.outcome is Outcome.FAILED for verdict in task.verdicts.values())
        async with (
            reached(job, self._opener, comparison.options) as both,
            aclosing(compare(task, both.source, both.target)) as events,
        ):
            async for event in events:
                await self._findings.record(comparison.id, places[event.pair], event, self._clock())
                if isinstance(event, TableDone):
                    failed |= event.verdict.outcome is Outcome.FAILED
        state = ComparisonState.FAILED if failed else ComparisonState.SUCCESSFUL
        await self._end(comparison, state, "a table could not be compared" if failed else None)

    async def _task(self, comparison: Comparison, findings: list[Finding]) -> Task:
        resumed: dict[TablePair, Resumed] = {}
        verdicts: dict[TablePair, Verdict] = {}
        for finding in findings:
            if finding.verdict is not None:
                verdicts[finding.pair] = finding.verdict
            elif finding.schema is not None:
                resumed[finding.pair] = Resumed(
                    schema=finding.schema,
                    chunks=tuple(await self._findings.chunks(comparison.id, finding.place)),
                    source_rows=finding.source_rows,
                    target_rows=finding.target_rows,
                    source_bytes=finding.source_bytes,
                    only_source=finding.only_source,
                    only_target=finding.only_target,
                    changed=finding.changed,
                    kept=finding.kept,
                )
        pairs = tuple(finding.pair for finding in findings)
        return Task(comparison.kind, pairs, comparison.options, resumed, verdicts)

    async def _end(
        self, comparison: Comparison, state: ComparisonState, message: str | None
    ) -> None:
        with suppress(WrongState, NotFound):  # it was cancelled meanwhile
            await self._comparisons.end(comparison.id, state, self._clock(), message)


def _words(error: SyncproofError) -> str:
    details = "; ".join(f"{name}: {value}" for name, value in error.parameters.items())
    return f"{error.code}: {details}"
