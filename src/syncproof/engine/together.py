"""Two or more things at once, with one plain error out of it and nothing left running."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from syncproof.domain.errors import Terminal

First = TypeVar("First")
Second = TypeVar("Second")


@asynccontextmanager
async def group() -> AsyncIterator[asyncio.TaskGroup]:
    """A task group that fails with one plain error."""
    try:
        async with asyncio.TaskGroup() as tasks:
            yield tasks
    except BaseExceptionGroup as failures:
        raise cause(failures) from None


async def both(
    first: Coroutine[Any, Any, First], second: Coroutine[Any, Any, Second]
) -> tuple[First, Second]:
    """Both results; where one fails the other is stopped first."""
    async with group() as tasks:
        one, other = tasks.create_task(first), tasks.create_task(second)
    return one.result(), other.result()


def cause(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    """The one error that tells most: what ends the work before what is worth another try."""
    leaves = list(_leaves(failures))
    return next((leaf for leaf in leaves if isinstance(leaf, Terminal)), leaves[0])


def _leaves(failures: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    for failure in failures.exceptions:
        if isinstance(failure, BaseExceptionGroup):
            found.extend(_leaves(failure))
        else:
            found.append(failure)
    return found
