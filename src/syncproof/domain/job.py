"""A job: a source, a target, what maps to what, and where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NewType

from syncproof.domain.lifecycle import JobState

JobId = NewType("JobId", str)
ProjectId = NewType("ProjectId", str)


@dataclass(frozen=True, slots=True)
class ScopedTable:
    """A table of the source, its name on the target, and a condition on its rows."""

    name: str
    target: str
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class ScopedDatabase:
    """A database (a schema of PostgreSQL) of the source and its name on the target; `tables`
    None is every table."""

    name: str
    target: str
    tables: tuple[ScopedTable, ...] | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One server of a job. `secret` is the encrypted password, of use to the store's key only.
    `tls`: mode, authority, certificate and key (encrypted), as given."""

    family: str
    hosts: tuple[tuple[str, int], ...]
    user: str
    secret: str
    database: str = ""
    tls: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        hosts = ",".join(f"{host}:{port}" for host, port in self.hosts)
        return f"Endpoint({self.family}://{self.user}@{hosts}/{self.database})"


@dataclass(frozen=True, slots=True)
class Job:
    """What a comparison belongs to. Times are epoch milliseconds. `scope` empty is everything.
    `given` is what the caller sent and gets back, without secrets. A parent has no endpoints
    of its own to compare; its children name it in `parent`."""

    id: JobId
    project: ProjectId
    name: str
    engine_type: str
    state: JobState
    source: Endpoint
    target: Endpoint
    scope: tuple[ScopedDatabase, ...]
    created_at: int
    given: Mapping[str, Any] = field(default_factory=dict)
    parent: JobId | None = None
    is_parent: bool = False
    reason: str | None = None
    started_at: int | None = None
    updated_at: int | None = None
