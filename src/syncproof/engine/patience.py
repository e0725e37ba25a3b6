"""Tries a unit of work again where that may help; says so by its error where it does not."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from syncproof.domain.errors import StatementTimeout, Transient

Result = TypeVar("Result")

PAUSES = (0.2, 1.0)
"""Seconds before the second and the third try."""


async def patiently(work: Callable[[], Awaitable[Result]]) -> Result:
    """The result of the first try that succeeds. What took too long is not tried again as it
    is: who knows how cuts it."""
    for pause in PAUSES:
        try:
            return await work()
        except StatementTimeout:
            raise
        except Transient:
            await asyncio.sleep(pause)
    return await work()
