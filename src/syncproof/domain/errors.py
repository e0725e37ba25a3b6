"""Everything that can fail, as one tree.

    SyncproofError
    ├── Refused            what a caller did; never retried, never a 5xx
    │   ├── MissingParameter · InvalidParameter · InvalidRequest · PageOutOfRange
    │   ├── NotFound · WrongState · ParentJob · OperationInProgress
    │   └── Unauthenticated · Forbidden · ForeignProject
    ├── Transient          worth another try of the same unit of work
    │   ├── ConnectionLost · ServerBusy
    │   └── StatementTimeout       the unit is split before it is tried again
    └── Terminal           ends what it touches, with its reason
        ├── ConnectionFailed · MissingRight · NoSuchTable · StatementFailed
        └── Incomparable · DigestUnsound · SchemaChanged · Cancelled

Each class has a stable `code`; the words for it are in `messages/`. `parameters` fill the
words in and never hold a secret.
"""

from typing import ClassVar


class SyncproofError(Exception):
    """The root; `code` names the message, `parameters` fill it in."""

    code: ClassVar[str] = "internal"

    def __init__(self, **parameters: str) -> None:
        super().__init__(", ".join(f"{name}={value}" for name, value in parameters.items()))
        self.parameters = parameters


class Refused(SyncproofError):
    """The caller asked for something that cannot be."""

    code = "refused"


class MissingParameter(Refused):
    """`name` is mandatory and absent or empty."""

    code = "missing_parameter"


class InvalidParameter(Refused):
    """`name` has a wrong type, length, form or value; `reason` says which, where it helps."""

    code = "invalid_parameter"


class InvalidRequest(Refused):
    """The request as a whole cannot be (`reason`)."""

    code = "invalid_request"


class PageOutOfRange(Refused):
    """A page number or size is out of its bounds (`name`)."""

    code = "page_out_of_range"


class NotFound(Refused):
    """No such job or comparison in this project."""

    code = "not_found"


class WrongState(Refused):
    """The job's or comparison's state does not allow this (`state`)."""

    code = "wrong_state"


class ParentJob(Refused):
    """Only the children of a parent job carry comparisons."""

    code = "parent_job"


class OperationInProgress(Refused):
    """Another comparison is unfinished (`comparison`)."""

    code = "operation_in_progress"


class Unauthenticated(Refused):
    """No token or signature, or one that is not valid (`reason`)."""

    code = "unauthenticated"


class Forbidden(Refused):
    """The caller lacks the role that this needs."""

    code = "forbidden"


class ForeignProject(Refused):
    """The project of the path is not the caller's, whether it exists or not."""

    code = "foreign_project"


class Transient(SyncproofError):
    """The same unit of work may succeed if it is tried again."""

    code = "transient"


class ConnectionLost(Transient):
    """The connection ended before the result did (`server`, `detail`)."""

    code = "connection_lost"


class ServerBusy(Transient):
    """The server refused for load: locks, too many connections, shutting down (`detail`)."""

    code = "server_busy"


class StatementTimeout(Transient):
    """The server's time limit on statements ended this one (`detail`)."""

    code = "statement_timeout"


class Terminal(SyncproofError):
    """What it touches ends here."""

    code = "terminal"


class ConnectionFailed(Terminal):
    """No connection could be made (`server`, `detail`)."""

    code = "connection_failed"


class MissingRight(Terminal):
    """The account may not do what is needed (`server`, `detail`)."""

    code = "missing_right"


class NoSuchTable(Terminal):
    """The table, or its database, is not there (`table`)."""

    code = "no_such_table"


class StatementFailed(Terminal):
    """The server refused or failed a statement (`detail`)."""

    code = "statement_failed"


class Incomparable(Terminal):
    """These two cannot be compared (`reason`)."""

    code = "incomparable"


class DigestUnsound(Terminal):
    """Rows and hashed rows of a range are not the same number (`table`)."""

    code = "digest_unsound"


class SchemaChanged(Terminal):
    """The definition of a table changed under its comparison (`table`)."""

    code = "schema_changed"


class Cancelled(Terminal):
    """Somebody ended the comparison (`reason`)."""

    code = "cancelled"
