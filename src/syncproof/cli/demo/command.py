"""Sets the scene, plays it, and clears it away."""

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from syncproof.cli.demo import shop
from syncproof.cli.demo.calls import Caller, show
from syncproof.cli.demo.embedded import LOOPBACK, Embedded, NoServer, free_port, programs_in, start


def demo(
    keep: Annotated[
        bool, typer.Option("--keep", help="leave everything running at the end")
    ] = False,
) -> None:
    """Two embedded PostgreSQL servers, replication, some rows tampered with, and the proof."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="syncproof-demo-"))
    folder.chmod(0o755)
    scene = _Scene(folder, Console())
    try:
        asyncio.run(scene.play())
        if keep:
            scene.tell_how_to_go_on()
            return
    except NoServer as error:
        print(f"syncproof: {error.parameters.get('detail', '')}", file=sys.stderr)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    finally:
        if not (keep and scene.played):
            scene.clear()


class _Scene:
    """Two servers, a service, and what they keep in one folder."""

    def __init__(self, folder: Path, out: Console) -> None:
        self._folder = folder
        self._out = out
        self._servers: list[Embedded] = []
        self._service: subprocess.Popen[bytes] | None = None
        self._password = secrets.token_urlsafe(9)
        self._url = f"http://{LOOPBACK}:{free_port()}"
        self.played = False

    async def play(self) -> None:
        """Everything, from empty folders to the result."""
        began = time.monotonic()
        self._say("Starting two PostgreSQL servers")
        with ThreadPoolExecutor() as threads:
            programs = programs_in(self._folder)
            starting = [
                threads.submit(start, name, self._folder, programs) for name in ("source", "target")
            ]
            self._servers = [one.result() for one in starting]
        source, target = self._servers
        self._say("Filling the source, replicating it to the target")
        rows = await shop.build(source.dsn(), target.dsn())
        self._say(f"{rows:,} rows on both sides, and a writer that goes on writing to `journal`")
        writer = asyncio.create_task(shop.write(source.dsn()))
        try:
            await shop.tamper(target.dsn())
            for what, _ in shop.TAMPERED:
                self._out.print(f"  tampered with on the target: {what}")
            await self._prove(source, target)
        finally:
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await writer
        self.played = True
        self._say(f"Done in {time.monotonic() - began:.0f} s")

    async def _prove(self, source: Embedded, target: Embedded) -> None:
        self._say("Starting the service; what follows are calls of its API")
        self._start_service()
        caller = Caller(self._url, self._out)
        try:
            await caller.ready()
            await caller.log_in(self._password)
            answer = await caller.compare(await caller.job(source, target))
        finally:
            await caller.close()
        show(answer, self._out)

    def _start_service(self) -> None:
        environment = os.environ | {
            "SYNCPROOF_HOME": str(self._folder / "home"),
            "SYNCPROOF_LISTEN": self._url.removeprefix("http://"),
            "SYNCPROOF_ADMIN_PASSWORD": self._password,
        }
        with (self._folder / "service.log").open("ab") as log:
            self._service = subprocess.Popen(
                [sys.executable, "-m", "syncproof", "serve"],
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _say(self, text: str) -> None:
        self._out.print(f"\n{text}", style="bold")

    def tell_how_to_go_on(self) -> None:
        """What is left running, and how to end it."""
        processes = [server.process.pid for server in self._servers]
        processes += [self._service.pid] if self._service else []
        self._out.print(f"\nThe service: {self._url}/docs, user admin, password {self._password}")
        for server in self._servers:
            self._out.print(f"The {server.name}: {server.dsn()}", soft_wrap=True)
        ended = " ".join(map(str, reversed(processes)))
        self._out.print(f"To end it all: kill -INT {ended}; rm -r {self._folder}", soft_wrap=True)

    def clear(self) -> None:
        """Stop everything and remove the folder."""
        if self._service is not None and self._service.poll() is None:
            self._service.send_signal(signal.SIGINT)
            self._service.wait(30)
        for server in reversed(self._servers):
            server.stop()
        shutil.rmtree(self._folder, ignore_errors=True)
