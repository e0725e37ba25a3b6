"""What is said of tables that are not there, and of tables that could not be compared.

The status numbers are those of DRS's list of a comparison's row results.
"""

from syncproof.domain.comparison import TablePair
from syncproof.domain.difference import Outcome, Side, Verdict
from syncproof.domain.errors import (
    ConnectionFailed,
    ConnectionLost,
    Incomparable,
    StatementFailed,
    StatementTimeout,
    SyncproofError,
)
from syncproof.engine.side import named
from syncproof.engine.together import both
from syncproof.ports.database import Database

_FAILED = {
    ConnectionFailed: (14, 15),
    ConnectionLost: (14, 15),
    StatementTimeout: (16, 17),
    StatementFailed: (18, 19),
}


async def missing_verdict(
    pair: TablePair, there: tuple[bool, bool], source: Database, target: Database
) -> Verdict:
    """The verdict where one of the tables, or both, are not there."""
    holds = await both(
        _held(source, Side.SOURCE, pair.source.database),
        _held(target, Side.TARGET, pair.target.database),
    )
    status, message = _missing(pair, there, holds)
    return Verdict(Outcome.INCONSISTENT, message=message, status=status)


async def _held(database: Database, side: Side, name: str) -> int | None:
    """How many tables a database holds; None where there is no such database."""
    with named(side):
        if tables := await database.tables(name):
            return len(tables)
        return 0 if name in await database.databases() else None


def _missing(
    pair: TablePair, there: tuple[bool, bool], holds: tuple[int | None, int | None]
) -> tuple[int, str]:
    ours, theirs = pair.source, pair.target
    match holds:
        case (None, None):
            return 20, f"neither database is there: {ours.database}, {theirs.database}"
        case (None, _):
            return 21, f"the source has no database {ours.database}"
        case (_, None):
            return 22, f"the target has no database {theirs.database}"
        case (0, 0):
            return 10, f"both databases are empty: {ours.database}, {theirs.database}"
    match there:
        case (False, False):
            return 13, f"neither table is there: {ours}, {theirs}"
        case (False, True) if holds[0] == 0:
            return 8, f"the source's database {ours.database} is empty"
        case (True, False) if holds[1] == 0:
            return 9, f"the target's database {theirs.database} is empty"
        case (False, True):
            return 11, f"the source has no table {ours}"
    return 12, f"the target has no table {theirs}"


def failure_verdict(error: SyncproofError) -> Verdict:
    """The verdict of a table that this error ended; counts are added by who knows them."""
    if isinstance(error, Incomparable):
        return Verdict(Outcome.INCOMPARABLE, message=error.parameters.get("reason", str(error)))
    side = error.parameters.get("side")
    statuses = next((codes for kind, codes in _FAILED.items() if isinstance(error, kind)), None)
    status = statuses and side and statuses[side == Side.TARGET.value]
    return Verdict(Outcome.FAILED, message=_words(error, side), status=status or None)


def _words(error: SyncproofError, side: str | None) -> str:
    """What happened, in the error's own words: its docstring would say it without the facts."""
    facts = [text for name, text in error.parameters.items() if name != "side" and text]
    what = error.code.replace("_", " ")
    return f"{side or 'comparison'}: {what}" + (f": {'; '.join(facts)}" if facts else "")
