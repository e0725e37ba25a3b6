"""What comparisons found, as it is asked for: by database, by table, by row."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from syncproof.domain.comparison import Comparison, ComparisonKind
from syncproof.domain.difference import Difference, Outcome
from syncproof.domain.errors import NotFound
from syncproof.ports import store
from syncproof.ports.store import Finding

_ORDER = (
    Outcome.COMPARING,
    Outcome.WAITING,
    Outcome.INCONSISTENT,
    Outcome.FAILED,
    Outcome.INCOMPARABLE,
    Outcome.CANCELLED,
)


@dataclass(frozen=True, slots=True)
class DatabaseFindings:
    """The tables of one database of the source and what they say together."""

    source: str
    target: str
    outcome: Outcome
    missing: bool
    """The target has no such database."""
    tables: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class TableDifferences:
    """One page of the differences of a table; `count` of all that were kept."""

    finding: Finding
    count: int
    page: tuple[Difference, ...]


class ResultService:
    """The verbs of results; each looks only into the caller's project."""

    def __init__(self, comparisons: store.Comparisons, findings: store.Findings) -> None:
        self._comparisons = comparisons
        self._findings = findings

    async def of(
        self, project: str, job_id: str, comparison: str, kind: ComparisonKind | None = None
    ) -> tuple[Comparison, list[DatabaseFindings]]:
        """A comparison and its databases. Raises NotFound, also where it is of another kind."""
        found = await self._comparisons.get(project, job_id, comparison)
        if kind is not None and found.kind is not kind:
            raise NotFound()
        return found, grouped(await self._findings.all(comparison))

    async def differences(
        self, comparison: Comparison, findings: Sequence[Finding], offset: int, limit: int
    ) -> list[TableDifferences]:
        """One page of the differences of each table that has any."""
        return [
            TableDifferences(
                finding,
                finding.kept,
                tuple(
                    await self._findings.differences(comparison.id, finding.place, offset, limit)
                ),
            )
            for finding in findings
            if finding.kept
        ]


def grouped(findings: Sequence[Finding]) -> list[DatabaseFindings]:
    """Findings by pair of databases, in the order of their places."""
    by_databases = groupby(
        sorted(findings, key=lambda f: (f.pair.source.database, f.pair.target.database, f.place)),
        key=lambda f: (f.pair.source.database, f.pair.target.database),
    )
    return [_database(source, target, tuple(tables)) for (source, target), tables in by_databases]


def _database(source: str, target: str, tables: tuple[Finding, ...]) -> DatabaseFindings:
    outcomes = {finding.outcome for finding in tables}
    outcome = next((one for one in _ORDER if one in outcomes), Outcome.CONSISTENT)
    if outcome is Outcome.WAITING and outcomes != {Outcome.WAITING}:
        outcome = Outcome.COMPARING
    missing = bool(tables) and all(
        finding.verdict is not None and finding.verdict.status in _NO_TARGET for finding in tables
    )
    return DatabaseFindings(source, target, outcome, missing, tables)


_NO_TARGET = (20, 22)
"""Statuses of the catalogue that say that the target has no such database."""
