"""What the service asks of its memory. Each method is one transaction; nothing is shown before
it is stored. Repositories of one store may be used by many processes at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from syncproof.domain.chunk import Chunk
from syncproof.domain.comparison import Comparison, ComparisonId, ComparisonKind, TablePair
from syncproof.domain.difference import Difference, Outcome, Verdict
from syncproof.domain.events import Event
from syncproof.domain.job import Endpoint, Job, JobId, ScopedDatabase
from syncproof.domain.lifecycle import ComparisonState, JobState


@dataclass(frozen=True, slots=True)
class Planned:
    """A pair of tables of a new comparison, with the source's estimate of its rows."""

    pair: TablePair
    rows: int


@dataclass(frozen=True, slots=True)
class Finding:
    """A pair of tables of a comparison, as far as it is known. `verdict` is None before its
    end; the numbers are of the chunks that are done."""

    place: int
    pair: TablePair
    outcome: Outcome
    verdict: Verdict | None
    schema: str | None
    rows: int
    source_rows: int
    target_rows: int
    source_bytes: int
    only_source: int
    only_target: int
    changed: int
    kept: int


class Jobs(Protocol):
    """Jobs."""

    async def add(self, new: Sequence[Job]) -> None:
        """Remember new jobs, all or none."""
        ...

    async def get(self, project: str, job: str) -> Job:
        """A job of a project. Raises NotFound."""
        ...

    async def page(
        self, project: str, offset: int, limit: int, name: str | None = None
    ) -> tuple[int, list[Job]]:
        """How many there are, and one page, newest first."""
        ...

    async def children(self, parent: str) -> list[Job]:
        """The children of a parent, oldest first."""
        ...

    async def starting(self) -> list[Job]:
        """Jobs of every project that wait to be established."""
        ...

    async def move(self, job: JobId, to: JobState, now: int, reason: str | None = None) -> JobState:
        """Change a job's state by the table of moves, in one step with the check of where it is;
        gives the state before. Raises WrongState."""
        ...

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
        ...


class Comparisons(Protocol):
    """Comparisons and who works on them."""

    async def create(
        self, new: Comparison, planned: Sequence[Planned], replace: bool
    ) -> ComparisonId | None:
        """Remember a new comparison with its tables. One that is unfinished at the same level
        of its job is cancelled in the same transaction where `replace`, and its id given.
        Raises OperationInProgress, WrongState (the job does not run)."""
        ...

    async def get(self, project: str, job: str, comparison: str) -> Comparison:
        """A comparison of a job. Raises NotFound."""
        ...

    async def page(
        self, job: str, offset: int, limit: int, kinds: Sequence[ComparisonKind] = ()
    ) -> tuple[int, list[Comparison]]:
        """How many a job has, and one page, newest first."""
        ...

    async def end(
        self, comparison: str, state: ComparisonState, now: int, message: str | None = None
    ) -> None:
        """Bring a comparison to one of its ends. Raises WrongState when it has ended."""
        ...

    async def end_all(self, job: str, now: int, message: str) -> None:
        """Cancel everything unfinished of a job."""
        ...

    async def hasten(self, comparison: str, now: int) -> None:
        """Let one that waits for its time start now. Raises WrongState."""
        ...

    async def state(self, comparison: str) -> ComparisonState:
        """Where a comparison is."""
        ...

    async def claim(self, worker: str, now: int, lease: int) -> Comparison | None:
        """Take one that is due, or whose worker's lease has expired, for `lease` milliseconds."""
        ...

    async def hold(self, comparison: str, worker: str, until: int) -> bool:
        """Extend a lease; False when the comparison has ended or is another worker's."""
        ...

    async def release(self, comparison: str, worker: str, *, stopped: bool = True) -> None:
        """Say that this worker has no query of the comparison running any more."""
        ...


class Findings(Protocol):
    """What comparisons found."""

    async def record(self, comparison: str, place: int, event: Event, now: int) -> None:
        """Store one event of the pair at a place."""
        ...

    async def all(self, comparison: str) -> list[Finding]:
        """Every pair, in its place."""
        ...

    async def chunks(self, comparison: str, place: int) -> list[Chunk]:
        """The finished chunks of a pair."""
        ...

    async def differences(
        self, comparison: str, place: int, offset: int, limit: int
    ) -> list[Difference]:
        """One page of the differences of a pair that were kept, oldest first."""
        ...

    async def bytes_since(self, comparison: str, since: int) -> int:
        """Bytes of source rows of the chunks that were finished at or after a time."""
        ...
