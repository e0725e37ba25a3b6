"""The application: routes, envelopes, an id for each request."""

import re
import uuid
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

import syncproof
from syncproof.api import failures
from syncproof.api.iam.routes import router as iam
from syncproof.api.v3.routes import router as v3
from syncproof.api.v5.routes import router as v5
from syncproof.bootstrap import Services
from syncproof.domain.errors import InvalidRequest, SyncproofError
from syncproof.telemetry.logs import request_id

_REQUEST_ID = re.compile(r"[0-9A-Za-z_.-]{1,64}")


def application(services: Services) -> FastAPI:
    """The API over these services."""
    app = FastAPI(
        title="syncproof",
        version=syncproof.__version__,
        description="Comparison of the two databases of a replication job.",
    )
    app.state.services = services
    app.include_router(iam)
    app.include_router(v3)
    app.include_router(v5)
    app.add_exception_handler(SyncproofError, _refused)
    app.add_exception_handler(HTTPException, _gateway)
    app.middleware("http")(_identified)
    app.get("/health", include_in_schema=False)(_health)
    return app


def _health() -> dict[str, str]:
    return {"status": "ok"}


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, SyncproofError):
        raise error
    return failures.answer(request, error)


async def _gateway(request: Request, error: Exception) -> Response:
    """What the router itself refuses."""
    status = getattr(error, "status_code", 404)
    if status == 405:
        return failures.answer(request, failures.WrongMethod(method=request.method))
    if status == 404:
        return failures.answer(request, failures.UnknownPath())
    return failures.answer(request, InvalidRequest(reason="it cannot be read"))


async def _identified(request: Request, call: Callable[[Request], Awaitable[Response]]) -> Response:
    """Give the request an id, or keep the caller's; nothing leaves without an answer."""
    given = request.headers.get("x-request-id", "")
    identity = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    marked = request_id.set(identity)
    try:
        answer = await call(request)
    except Exception as error:
        answer = failures.unexpected(request, error)
    finally:
        request_id.reset(marked)
    answer.headers["X-Request-Id"] = identity
    return answer
