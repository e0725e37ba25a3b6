"""The driver's errors as ours, in one place."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from syncproof.domain import errors

_CLASSES: dict[str, type[errors.SyncproofError]] = {
    "08": errors.ConnectionLost,
    "28": errors.ConnectionFailed,
    "3D": errors.ConnectionFailed,
    "40": errors.ServerBusy,
    "53": errors.ServerBusy,
    "57": errors.ConnectionLost,
    "58": errors.ServerBusy,
}
_CODES: dict[str, type[errors.SyncproofError]] = {
    "57014": errors.StatementTimeout,
    "55P03": errors.ServerBusy,
    "42501": errors.MissingRight,
    "42P01": errors.NoSuchTable,
    "3F000": errors.NoSuchTable,
    "57P03": errors.ServerBusy,
}


@contextmanager
def translated(server: str) -> Iterator[None]:
    """Raise what the driver raises in the block as an error of ours."""
    try:
        yield
    except asyncpg.PostgresError as error:
        raise _ours(error, server) from error
    except (asyncpg.InterfaceError, asyncpg.InternalClientError, EOFError, OSError) as error:
        raise errors.ConnectionLost(server=server, detail=str(error) or "cut") from error


def _ours(error: asyncpg.PostgresError, server: str) -> errors.SyncproofError:
    code = error.sqlstate or ""
    kind = _CODES.get(code) or _CLASSES.get(code[:2], errors.StatementFailed)
    detail = f"{code}: {str(error).splitlines()[0]}"
    if kind is errors.NoSuchTable:
        return kind(table=detail, server=server)
    return kind(server=server, detail=detail)
