"""The driver's errors as ours, in one place."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import asyncmy.errors

from syncproof.domain import errors

_TIMEOUT = frozenset({1969, 3024})
_BUSY = frozenset({1040, 1053, 1129, 1203, 1205, 1213, 1226, 3572, 4031})
_RIGHTS = frozenset({1044, 1142, 1143, 1227, 1370})
_MISSING = frozenset({1049, 1051, 1109, 1146})
_LOST = frozenset({1080, 1158, 1159, 1160, 1161, 1184, 1927, 2002, 2003, 2006, 2013, 2014, 2055})
_LOGIN = frozenset({1045, 1130, 1251, 1698, 1862, 2059, 3118, 4151})


@contextmanager
def translated(server: str) -> Iterator[None]:
    """Raise what the driver raises in the block as an error of ours."""
    try:
        yield
    except asyncmy.errors.MySQLError as error:
        raise _ours(error, server) from error
    except (EOFError, OSError, asyncio.IncompleteReadError, BufferError) as error:
        raise errors.ConnectionLost(server=server, detail=str(error) or "cut") from error
    except (AttributeError, RuntimeError) as error:
        # asyncmy clears its reader when a connection is lost under a running statement
        raise errors.ConnectionLost(server=server, detail=str(error)) from error


def _ours(error: Exception, server: str) -> errors.SyncproofError:
    number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    detail = f"{number}: {error.args[1]}" if len(error.args) > 1 else str(error)
    if number in _TIMEOUT:
        return errors.StatementTimeout(server=server, detail=detail)
    if number in _BUSY:
        return errors.ServerBusy(server=server, detail=detail)
    if number in _RIGHTS:
        return errors.MissingRight(server=server, detail=detail)
    if number in _MISSING:
        return errors.NoSuchTable(table=detail, server=server)
    if number in _LOGIN:
        return errors.ConnectionFailed(server=server, detail=detail)
    if number in _LOST or isinstance(error, asyncmy.errors.InternalError):
        return errors.ConnectionLost(server=server, detail=detail)
    return errors.StatementFailed(server=server, detail=detail)
