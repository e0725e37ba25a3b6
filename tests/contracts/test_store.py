"""The store's contract, sat by SQLite and by PostgreSQL."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from syncproof.domain.chunk import Chunk, Range
from syncproof.domain.comparison import (
    Comparison,
    ComparisonId,
    ComparisonKind,
    Options,
    TablePair,
)
from syncproof.domain.difference import Difference, DifferenceKind, Outcome, Verdict
from syncproof.domain.errors import NotFound, OperationInProgress, WrongState
from syncproof.domain.events import ChunkDone, TableDone, TablePlanned
from syncproof.domain.job import Endpoint, Job, JobId, ProjectId
from syncproof.domain.lifecycle import ComparisonState, JobState
from syncproof.domain.table import TableName
from syncproof.ports.store import Planned
from syncproof.service.jobs import new_id
from syncproof.store.store import Store
from tests.servers import Server

PROJECT = ProjectId("p" * 32)
PAIR = TablePair(TableName("shop", "orders"), TableName("public", "orders"))
LEASE = 1000


@pytest.fixture(params=["sqlite", "postgresql"])
async def store(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    fresh_database: Callable[[Server], str],
) -> AsyncIterator[Store]:
    """An empty store of each server."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgresql")
        url = server.dsn(fresh_database(server))
    async with Store(url, tmp_path / "key") as opened:
        yield opened


@pytest.fixture
async def job(store: Store) -> Job:
    """A job that runs."""
    endpoint = Endpoint("mysql", (("10.0.0.1", 3306),), "reader", "sealed")
    made = Job(
        id=new_id(),
        project=PROJECT,
        name="shop",
        engine_type="mysql",
        state=JobState.RUNNING,
        source=endpoint,
        target=replace(endpoint, family="postgresql", database="shop"),
        scope=(),
        created_at=1,
        given={"base_info": {"name": "shop"}},
    )
    await store.jobs.add([made])
    return made


def _new(job: Job, kind: ComparisonKind = ComparisonKind.CONTENTS, at: int = 10) -> Comparison:
    return Comparison(
        id=ComparisonId(str(uuid.uuid4())),
        job=job.id,
        project=job.project,
        kind=kind,
        state=ComparisonState.WAITING,
        options=Options(),
        created_at=at,
        start_at=at,
    )


async def test_a_job_comes_back_as_it_was(store: Store, job: Job) -> None:
    assert await store.jobs.get(PROJECT, job.id) == job
    with pytest.raises(NotFound):
        await store.jobs.get("another project", job.id)


async def test_a_job_moves_only_by_the_table(store: Store, job: Job) -> None:
    assert await store.jobs.move(job.id, JobState.PAUSED, 5, "why") is JobState.RUNNING
    found = await store.jobs.get(PROJECT, job.id)
    assert (found.state, found.reason, found.updated_at) == (JobState.PAUSED, "why", 5)
    with pytest.raises(WrongState):
        await store.jobs.move(job.id, JobState.BROKEN, 6)


async def test_a_deleted_job_is_seen_no_more(store: Store, job: Job) -> None:
    await store.jobs.move(job.id, JobState.DELETED, 5)
    assert await store.jobs.page(PROJECT, 0, 10) == (0, [])


async def test_fifty_creations_at_once_leave_one_unfinished(store: Store, job: Job) -> None:
    news = [_new(job) for _ in range(50)]
    results = await asyncio.gather(
        *(store.comparisons.create(new, [Planned(PAIR, 1)], False) for new in news),
        return_exceptions=True,
    )
    refused = [result for result in results if isinstance(result, OperationInProgress)]
    assert len(refused) == 49
    count, listed = await store.comparisons.page(job.id, 0, 100)
    assert count == 1
    assert {error.parameters["comparison"] for error in refused} == {listed[0].id}


async def test_fifty_replacements_at_once_leave_one_unfinished(store: Store, job: Job) -> None:
    news = [_new(job) for _ in range(50)]
    await asyncio.gather(*(store.comparisons.create(new, [Planned(PAIR, 1)], True) for new in news))
    count, listed = await store.comparisons.page(job.id, 0, 100)
    states = [comparison.state for comparison in listed]
    assert count == 50
    assert states.count(ComparisonState.WAITING) == 1
    assert states.count(ComparisonState.CANCELLED) == 49


async def test_nothing_is_created_for_a_job_that_does_not_run(store: Store, job: Job) -> None:
    await store.jobs.move(job.id, JobState.PAUSED, 5)
    with pytest.raises(WrongState):
        await store.comparisons.create(_new(job), [], False)
    assert await store.comparisons.page(job.id, 0, 10) == (0, [])


async def test_each_comparison_is_claimed_by_one_worker(store: Store, job: Job) -> None:
    await store.comparisons.create(_new(job), [Planned(PAIR, 1)], False)
    claimed = await asyncio.gather(
        *(store.comparisons.claim(f"worker {n}", 20, LEASE) for n in range(20))
    )
    found = [comparison for comparison in claimed if comparison is not None]
    assert len(found) == 1
    assert found[0].state is ComparisonState.RUNNING


async def test_a_comparison_waits_for_its_time(store: Store, job: Job) -> None:
    new = _new(job, at=100)
    await store.comparisons.create(new, [], False)
    assert await store.comparisons.claim("worker", 99, LEASE) is None
    await store.comparisons.hasten(new.id, 99)
    assert await store.comparisons.claim("worker", 99, LEASE) is not None
    with pytest.raises(WrongState):
        await store.comparisons.hasten(new.id, 99)


async def test_what_a_dead_worker_left_is_claimed_again(store: Store, job: Job) -> None:
    await store.comparisons.create(_new(job), [Planned(PAIR, 1)], False)
    assert await store.comparisons.claim("dead", 20, LEASE) is not None
    assert await store.comparisons.claim("living", 20 + LEASE, LEASE) is None
    found = await store.comparisons.claim("living", 21 + LEASE, LEASE)
    assert found is not None
    assert not await store.comparisons.hold(found.id, "dead", 9999)
    assert await store.comparisons.hold(found.id, "living", 9999)


async def test_a_replacement_waits_until_the_old_ones_queries_are_gone(
    store: Store, job: Job
) -> None:
    old, new = _new(job), _new(job)
    await store.comparisons.create(old, [Planned(PAIR, 1)], False)
    assert await store.comparisons.claim("worker", 20, LEASE) is not None
    assert await store.comparisons.create(new, [Planned(PAIR, 1)], True) == old.id
    assert not await store.comparisons.hold(old.id, "worker", 9999)
    assert await store.comparisons.claim("worker", 30, LEASE) is None
    await store.comparisons.release(old.id, "worker")
    found = await store.comparisons.claim("worker", 30, LEASE)
    assert found is not None
    assert found.id == new.id


async def test_a_comparison_of_a_stopped_job_is_not_claimed(store: Store, job: Job) -> None:
    await store.comparisons.create(_new(job), [], False)
    await store.jobs.move(job.id, JobState.PAUSED, 5)
    assert await store.comparisons.claim("worker", 20, LEASE) is None


async def test_events_add_up_to_a_finding(store: Store, job: Job) -> None:
    new = _new(job)
    await store.comparisons.create(new, [Planned(PAIR, 10)], False)
    first, second = Chunk(Range(None, ("5",))), Chunk(Range(("5",), None))
    difference = Difference(("7",), DifferenceKind.ONLY_SOURCE, (), "SELECT 1", None)
    verdict = Verdict(Outcome.INCONSISTENT, 12, 11, differences=1, only_source=1)
    for event in (
        TablePlanned(PAIR, 12, 50, "schema one"),
        ChunkDone(PAIR, first, 5, 5, 250),
        ChunkDone(PAIR, second, 7, 6, 350, only_source=1, differences=(difference,)),
        TableDone(PAIR, verdict),
    ):
        await store.findings.record(new.id, 0, event, 1000)
    (found,) = await store.findings.all(new.id)
    assert (found.pair, found.verdict, found.outcome) == (PAIR, verdict, Outcome.INCONSISTENT)
    assert (found.source_rows, found.target_rows, found.only_source, found.kept) == (12, 11, 1, 1)
    assert await store.findings.chunks(new.id, 0) == [first, second]
    assert await store.findings.differences(new.id, 0, 0, 10) == [difference]
    assert await store.findings.bytes_since(new.id, 1000) == 600
    assert await store.findings.bytes_since(new.id, 1001) == 0


async def test_another_schema_starts_a_table_anew(store: Store, job: Job) -> None:
    new = _new(job)
    await store.comparisons.create(new, [Planned(PAIR, 10)], False)
    await store.findings.record(new.id, 0, TablePlanned(PAIR, 12, 50, "one"), 1)
    await store.findings.record(new.id, 0, ChunkDone(PAIR, Chunk(), 5, 5, 250, changed=2), 1)
    await store.findings.record(new.id, 0, TablePlanned(PAIR, 12, 50, "one"), 1)
    assert await store.findings.chunks(new.id, 0) == [Chunk()]
    await store.findings.record(new.id, 0, TablePlanned(PAIR, 12, 50, "two"), 1)
    (found,) = await store.findings.all(new.id)
    assert (found.source_rows, found.changed, found.schema) == (0, 0, "two")
    assert await store.findings.chunks(new.id, 0) == []


async def test_ending_a_job_cancels_what_is_unfinished(store: Store, job: Job) -> None:
    new = _new(job)
    await store.comparisons.create(new, [Planned(PAIR, 10)], False)
    await store.comparisons.end_all(JobId(job.id), 50, "the job was stopped")
    found = await store.comparisons.get(PROJECT, job.id, new.id)
    assert (found.state, found.ended_at) == (ComparisonState.CANCELLED, 50)
    assert found.message == "the job was stopped"
    with pytest.raises(WrongState):
        await store.comparisons.end(new.id, ComparisonState.SUCCESSFUL, 60)
    (finding,) = await store.findings.all(new.id)
    assert finding.outcome is Outcome.CANCELLED


async def test_secrets_are_unreadable_without_the_key(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    async with Store(url, tmp_path / "key") as store:
        sealed = store.box.seal("database password")
        assert "database" not in sealed
        assert store.box.open(sealed) == "database password"
        assert "password" not in repr(store.box)
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
