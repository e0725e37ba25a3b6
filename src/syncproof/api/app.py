"""The application: routes, envelopes, and what stands around each request."""

from typing import Annotated

from fastapi import Depends, FastAPI, Header, Request, Response, Security
from fastapi.security import APIKeyHeader
from starlette.exceptions import HTTPException

import syncproof
from syncproof.api import failures
from syncproof.api.iam.routes import router as iam
from syncproof.api.marking import Marking
from syncproof.api.v3.routes import router as v3
from syncproof.api.v5.routes import router as v5
from syncproof.bootstrap import Services
from syncproof.domain.errors import InvalidRequest, SyncproofError

_ABOUT = """
Proves that the two databases of a replication job hold the same data.

Take a token from `POST /v3/auth/tokens`, send it as `X-Auth-Token` (or sign requests with an
access key, SDK-HMAC-SHA256), create a job and start it, create a comparison, watch its progress
and read its result. Every answer has an `X-Request-Id`; errors are told in the language of
`X-Language`, `en-us` or `zh-cn`.
"""

_TOKEN = APIKeyHeader(
    name="X-Auth-Token",
    scheme_name="token",
    auto_error=False,
    description="A token of `POST /v3/auth/tokens`.",
)
_SIGNATURE = APIKeyHeader(
    name="Authorization",
    scheme_name="signature",
    auto_error=False,
    description="`SDK-HMAC-SHA256 Access=…, SignedHeaders=…, Signature=…`",
)


def _documented(
    token: Annotated[str | None, Security(_TOKEN)],
    signature: Annotated[str | None, Security(_SIGNATURE)],
    x_language: Annotated[
        str | None,
        Header(
            description="The language of messages: `en-us` (what others fall back to), `zh-cn`."
        ),
    ] = None,
) -> None:
    """Headers that every call takes; `asked.caller` and `failures.answer` read them."""


def application(services: Services) -> FastAPI:
    """The API over these services."""
    app = FastAPI(
        title="syncproof",
        version=syncproof.__version__,
        description=_ABOUT,
        redirect_slashes=False,
    )
    app.state.services = services
    for router in (iam, v3, v5):
        app.include_router(router, dependencies=[Depends(_documented)])
    app.add_exception_handler(SyncproofError, _refused)
    app.add_exception_handler(HTTPException, _gateway)
    app.add_middleware(Marking)
    for path in ("/health", "/healthz"):
        app.get(path, include_in_schema=False)(_health)
    return app


def _health() -> dict[str, str]:
    return {"status": "ok"}


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, SyncproofError):
        raise error
    return failures.answer(request, error)


async def _gateway(request: Request, error: Exception) -> Response:
    """What the router itself refuses."""
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == 405:
        answer = failures.answer(request, failures.WrongMethod(method=request.method))
        answer.headers.update(error.headers or {})
        return answer
    if error.status_code == 404:
        return failures.answer(request, failures.UnknownPath())
    return failures.answer(request, InvalidRequest(reason="it cannot be read"))
