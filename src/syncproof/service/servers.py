"""How the service reaches the two servers of a job."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from syncproof.domain.comparison import Options
from syncproof.domain.job import Endpoint, Job
from syncproof.ports.database import Database
from syncproof.service.names import Both

Opener = Callable[[Endpoint, Options], Database]
"""The database of an endpoint, not yet connected."""


@asynccontextmanager
async def reached(job: Job, opener: Opener, options: Options | None = None) -> AsyncIterator[Both]:
    """Both servers, connected for the block. Raises ConnectionFailed, MissingRight."""
    wanted = options or Options(connections=2)
    async with AsyncExitStack() as stack:
        source = await stack.enter_async_context(opener(job.source, wanted))
        target = await stack.enter_async_context(opener(job.target, wanted))
        schemas = job.source.family == "postgresql"
        yield Both(source, target, job.source.database if schemas else "")
