"""A TCP proxy that a test cuts when it likes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Cutter:
    """Passes bytes through to a server, until `allow` of them have come back."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._writers: list[asyncio.StreamWriter] = []
        self.port = 0
        self.allow: int | None = None
        self.reset = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*self._target)
        self._writers += [writer, back]
        await asyncio.gather(self._pass(reader, back, False), self._pass(there, writer, True))

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counted: bool
    ) -> None:
        with suppress(OSError):
            while chunk := await reader.read(4096):
                if counted and self.allow is not None:
                    chunk = chunk[: self.allow]
                    self.allow -= len(chunk)
                writer.write(chunk)
                await writer.drain()
                if counted and self.allow == 0:
                    self.cut()
                    return

    def cut(self) -> None:
        """End every connection: politely, as if the server had nothing more, or by a reset."""
        for writer in self._writers:
            if self.reset:
                writer.transport.abort()
            else:
                writer.close()
        self._writers.clear()


@asynccontextmanager
async def cutter(host: str, port: int) -> AsyncIterator[Cutter]:
    """A proxy on a free port of the loopback."""
    proxy = Cutter(host, port)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        proxy.cut()
        await server.wait_closed()
