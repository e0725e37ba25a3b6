"""`syncproof serve` and `syncproof worker`."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import typer

from syncproof.domain.errors import SyncproofError
from syncproof.settings import Settings, read
from syncproof.telemetry import logs


def serve(
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="answer only; `syncproof worker` does the work")
    ] = False,
) -> None:
    """Serve the API, with a worker inside, until interrupted."""
    from syncproof.cli import serving  # half a second that `compare` need not pay

    _run(lambda settings: serving.serve(settings, not no_worker))


def worker() -> None:
    """Carry comparisons out, beside a `syncproof serve` on the same store."""
    from syncproof.cli import serving

    _run(serving.work)


def _run(work: Callable[[Settings], Coroutine[Any, Any, None]]) -> None:
    try:
        settings = read()
        logs.set_up(settings.log_level)
        asyncio.run(work(settings))
    except SyncproofError as error:
        details = "; ".join(f"{value}" for value in error.parameters.values())
        print(f"syncproof: {error.code.replace('_', ' ')}: {details}", file=sys.stderr)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
