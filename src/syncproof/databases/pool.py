"""A bounded set of connections to one server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

Connection = TypeVar("Connection")


class Pool(Generic[Connection]):
    """At most `size` connections. One that was in use when something failed is thrown away by
    `discard`, which also stops what it still does on the server."""

    def __init__(
        self,
        size: int,
        make: Callable[[], Awaitable[Connection]],
        discard: Callable[[Connection], Awaitable[None]],
    ) -> None:
        self._free = asyncio.Semaphore(size)
        self._idle: list[Connection] = []
        self._make = make
        self._discard = discard

    @asynccontextmanager
    async def take(self) -> AsyncIterator[Connection]:
        """A connection of one's own for the block."""
        async with self._free:
            connection = self._idle.pop() if self._idle else await self._make()
            try:
                yield connection
            except BaseException:
                await asyncio.shield(asyncio.ensure_future(self._discard(connection)))
                raise
            self._idle.append(connection)

    async def close(self) -> None:
        """Throw every idle connection away."""
        while self._idle:
            await self._discard(self._idle.pop())
