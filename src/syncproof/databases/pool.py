"""A bounded set of connections to one server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

from syncproof.domain.errors import ConnectionLost

Connection = TypeVar("Connection")


class Pool(Generic[Connection]):
    """At most `size` connections. One that was in use when something failed is thrown away by
    `discard`, which also stops what it still does on the server; where it was lost, the idle
    ones go with it, for they are as old."""

    def __init__(
        self,
        size: int,
        make: Callable[[], Awaitable[Connection]],
        discard: Callable[[Connection], Awaitable[None]],
    ) -> None:
        self._free = asyncio.Semaphore(size)
        self._idle: list[Connection] = []
        self._taken: list[Connection] = []
        self._make = make
        self._discard = discard

    @asynccontextmanager
    async def take(self) -> AsyncIterator[Connection]:
        """A connection of one's own for the block."""
        async with self._free:
            connection = self._idle.pop() if self._idle else await self._make()
            self._taken.append(connection)
            try:
                yield connection
            except BaseException as error:
                old = self._idle if isinstance(error, ConnectionLost) else []
                await asyncio.shield(asyncio.ensure_future(self._drop(connection, old)))
                raise
            if connection in self._taken:
                self._taken.remove(connection)
                self._idle.append(connection)

    async def _drop(self, connection: Connection, old: list[Connection]) -> None:
        if connection in self._taken:
            self._taken.remove(connection)
            await self._discard(connection)
        while old:
            await self._discard(old.pop())

    async def close(self) -> None:
        """Stop what runs and throw every connection away; may be called twice."""
        while self._taken:
            await self._discard(self._taken.pop())
        while self._idle:
            await self._discard(self._idle.pop())
