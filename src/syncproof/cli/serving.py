"""The service as a process: the API, a worker, or both, until they are told to stop."""

import asyncio
import contextlib
import signal
import sys

import uvicorn

from syncproof.api.app import application
from syncproof.bootstrap import Services, services
from syncproof.settings import Settings


async def serve(settings: Settings, with_worker: bool) -> None:
    """Answer on the address of the settings, with or without a worker inside."""
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


async def work(settings: Settings) -> None:
    """Carry comparisons out."""
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
