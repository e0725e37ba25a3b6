"""The states of a job and of a comparison: two tables, nothing else."""

from enum import Enum


class JobState(Enum):
    """Where a job is; the values are DRS's own words."""

    CREATING = "CREATING"
    CONFIGURATION = "CONFIGURATION"
    STARTING = "STARTJOBING"
    START_FAILED = "START_JOB_FAILED"
    RUNNING = "INCRE_TRANSFER_STARTED"
    BROKEN = "INCRE_TRANSFER_FAILED"
    PAUSED = "PAUSING"
    RELEASING = "RELEASE_RESOURCE_STARTED"
    RELEASED = "RELEASE_RESOURCE_COMPLETE"
    DELETED = "DELETED"


class ComparisonState(Enum):
    """Where a comparison is; the values are DRS's own words."""

    WAITING = "WAITING_FOR_RUNNING"
    RUNNING = "RUNNING"
    FULL = "FULL_DOING"
    FOLLOWING = "INCRE_DOING"
    SUCCESSFUL = "SUCCESSFUL"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    TIMED_OUT = "TIMEOUT_INTERRUPT"


_J, _C = JobState, ComparisonState

JOB_MOVES: dict[JobState, frozenset[JobState]] = {
    _J.CREATING: frozenset({_J.CONFIGURATION, _J.DELETED}),
    _J.CONFIGURATION: frozenset({_J.STARTING, _J.RELEASING, _J.RELEASED, _J.DELETED}),
    _J.STARTING: frozenset({_J.RUNNING, _J.START_FAILED, _J.RELEASED, _J.DELETED}),
    _J.START_FAILED: frozenset({_J.STARTING, _J.RELEASING, _J.RELEASED, _J.DELETED}),
    _J.RUNNING: frozenset({_J.BROKEN, _J.PAUSED, _J.RELEASING, _J.RELEASED, _J.DELETED}),
    _J.BROKEN: frozenset(
        {_J.RUNNING, _J.STARTING, _J.PAUSED, _J.RELEASING, _J.RELEASED, _J.DELETED}
    ),
    _J.PAUSED: frozenset({_J.STARTING, _J.RELEASING, _J.RELEASED, _J.DELETED}),
    _J.RELEASING: frozenset({_J.RELEASED, _J.DELETED}),
    _J.RELEASED: frozenset({_J.DELETED}),
    _J.DELETED: frozenset(),
}

ENDED = frozenset({_C.SUCCESSFUL, _C.FAILED, _C.CANCELLED, _C.TIMED_OUT})

COMPARISON_MOVES: dict[ComparisonState, frozenset[ComparisonState]] = {
    _C.WAITING: frozenset({_C.RUNNING, _C.FULL, _C.FAILED, _C.CANCELLED}),
    _C.RUNNING: frozenset({_C.SUCCESSFUL, _C.FAILED, _C.CANCELLED, _C.TIMED_OUT}),
    _C.FULL: frozenset({_C.FOLLOWING, _C.FAILED, _C.CANCELLED, _C.TIMED_OUT}),
    _C.FOLLOWING: frozenset({_C.FULL, _C.FAILED, _C.CANCELLED}),
    _C.SUCCESSFUL: frozenset(),
    _C.FAILED: frozenset(),
    _C.CANCELLED: frozenset(),
    _C.TIMED_OUT: frozenset(),
}


def job_may(now: JobState, then: JobState) -> bool:
    """Whether a job may go from one state to the other."""
    return then in JOB_MOVES[now]


def comparison_may(now: ComparisonState, then: ComparisonState) -> bool:
    """Whether a comparison may go from one state to the other."""
    return then in COMPARISON_MOVES[now]
