"""`syncproof serve` and `syncproof worker`."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import typer
import uvicorn

from syncproof.api.app import application
from syncproof.bootstrap import Services, services
from syncproof.domain.errors import SyncproofError
from syncproof.settings import Settings, read
from syncproof.telemetry import logs


def serve(
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="answer only; `syncproof worker` does the work")
    ] = False,
) -> None:
    """Serve the API, with a worker inside, until interrupted."""
    _run(_serve, not no_worker)


def worker() -> None:
    """Carry comparisons out, beside a `syncproof serve` on the same store."""
    _run(_work)


def _run(work: Callable[..., Coroutine[Any, Any, None]], *arguments: object) -> None:
    try:
        settings = read()
        logs.set_up(settings.log_level)
        asyncio.run(work(settings, *arguments))
    except SyncproofError as error:
        details = "; ".join(f"{value}" for value in error.parameters.values())
        print(f"syncproof: {error.code.replace('_', ' ')}: {details}", file=sys.stderr)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


async def _serve(settings: Settings, with_worker: bool) -> None:
    host, port = settings.address
    async with services(settings) as built:
        _greet(built, host, port)
        config = uvicorn.Config(
            application(built), host=host, port=port, log_config=None, access_log=False
        )
        working = asyncio.create_task(built.worker.run()) if with_worker else None
        try:
            await uvicorn.Server(config).serve()
        finally:
            await _ended(working)


async def _work(settings: Settings) -> None:
    async with services(settings) as built:
        working = asyncio.create_task(built.worker.run())
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, working.cancel)
        await _ended(working, cancel=False)


async def _ended(working: "asyncio.Task[None] | None", *, cancel: bool = True) -> None:
    if working is None:
        return
    if cancel:
        working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working


def _greet(built: Services, host: str, port: int) -> None:
    print(f"syncproof serves http://{host}:{port}, its calls at /docs", file=sys.stderr)
    if built.made_password is not None:
        print(f"the password of admin is in {built.made_password}", file=sys.stderr)
