"""The driver's errors as ours, in one place."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import asyncmy.errors

from syncproof.domain import errors

_TIMEOUT = frozenset({1969, 3024})
"""max_statement_time of MariaDB, max_execution_time of MySQL."""
_BUSY = frozenset({1040, 1053, 1129, 1203, 1205, 1213, 1226, 1317, 3169, 3572, 4031})
_RIGHTS = frozenset({1044, 1142, 1143, 1227, 1370})
_MISSING = frozenset({1049, 1051, 1109, 1146})
_LOST = frozenset({1080, 1158, 1159, 1160, 1161, 1184, 1927, 2002, 2003, 2006, 2013, 2014, 2055})
_LOGIN = frozenset({1045, 1130, 1251, 1698, 1820, 1862, 2059, 3118, 3159, 4151})
UNHASHED = frozenset({1690})
"""DOUBLE value is out of range: how a digest says that a row could not be hashed."""


@contextmanager
def translated(server: str) -> Iterator[None]:
    """Raise what the driver raises in the block as an error of ours."""
    try:
        yield
    except asyncmy.errors.MySQLError as error:
        raise _ours(error, server) from error
    except (EOFError, OSError, asyncio.IncompleteReadError) as error:
        # a TimeoutError is an OSError: the server gave no sign of life
        raise errors.ConnectionLost(server=server, detail=str(error) or repr(error)) from error


def number_of(error: BaseException | None) -> int:
    """The server's number of a driver's error; 0 where there is none."""
    if isinstance(error, asyncmy.errors.MySQLError) and error.args:
        return error.args[0] if isinstance(error.args[0], int) else 0
    return 0


def _ours(error: asyncmy.errors.MySQLError, server: str) -> errors.SyncproofError:
    number = number_of(error)
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
    if number in _LOST or isinstance(
        error, asyncmy.errors.InternalError | asyncmy.errors.InterfaceError
    ):
        return errors.ConnectionLost(server=server, detail=detail)
    return errors.StatementFailed(server=server, detail=detail)
