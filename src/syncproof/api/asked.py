"""What came with a request: who asks, for which project, and a body.

The order is always the same: who asks, whether the project of the path is theirs, whether they
may, and only then what the request says.
"""

from typing import Annotated, Any, cast

from fastapi import Depends, Path, Request

from syncproof.api.failures import BodyTooLarge, WrongMediaType
from syncproof.api.shape import Model, checked, parsed
from syncproof.bootstrap import Services
from syncproof.domain.errors import Forbidden, ForeignProject, Unauthenticated
from syncproof.domain.principal import Principal
from syncproof.identity.signature import Signed

BODY_BYTES = 8 << 20

ProjectId = Annotated[str, Path(description="The caller's project: 32 hexadecimal digits.")]
JobId = Annotated[
    str,
    Path(description="The job: 36 characters.", examples=["94800607-3cd8-4f7d-a340-63a10f8jb502"]),
]
ComparisonId = Annotated[
    str,
    Path(description="The comparison: a UUID.", examples=["b13b233a-4b9e-4b06-a928-19a0c93f6109"]),
]


def services_of(request: Request) -> Services:
    """The services that this application speaks to."""
    return cast(Services, request.app.state.services)


async def caller(request: Request) -> Principal:
    """Who asks, and that the project of the path is theirs. Raises Unauthenticated,
    ForeignProject, BodyTooLarge."""
    project = request.path_params.get("project_id")
    identity = services_of(request).identity
    token = request.headers.get("x-auth-token")
    if token:
        principal = (await identity.of_token(token)).principal
    elif request.headers.get("authorization"):
        principal = await identity.of_signature(await _signed(request), project)
    else:
        raise Unauthenticated(reason="x-auth-token not found")
    if project is not None and principal.project != project:
        raise ForeignProject()
    return principal


async def reader(request: Request) -> Principal:
    """A caller who may query. Raises Forbidden besides."""
    principal = await caller(request)
    if not principal.may_read():
        raise Forbidden()
    return principal


async def operator(request: Request) -> Principal:
    """A caller who may create, change and cancel. Raises Forbidden besides."""
    principal = await caller(request)
    if not principal.may_operate():
        raise Forbidden()
    return principal


Caller = Annotated[Principal, Depends(caller)]
Reader = Annotated[Principal, Depends(reader)]
Operator = Annotated[Principal, Depends(operator)]


async def _signed(request: Request) -> Signed:
    headers: dict[str, str] = {}
    for raw, value in request.scope["headers"]:  # signed as UTF-8, whatever HTTP thinks of it
        name, text = raw.decode("latin-1").lower(), value.decode("utf-8", "replace")
        headers[name] = f"{headers[name]},{text}" if name in headers else text
    return Signed(
        method=request.method,
        path=request.scope.get("raw_path", request.url.path.encode()).decode("latin-1"),
        query=list(request.query_params.multi_items()),
        headers=headers,
        body=await _bytes(request),
    )


async def _bytes(request: Request) -> bytes:
    """The body, read once. Raises BodyTooLarge before it has all been taken in."""
    if hasattr(request.state, "body"):
        return cast(bytes, request.state.body)
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) > BODY_BYTES:
        raise BodyTooLarge()
    taken = bytearray()
    async for part in request.stream():
        taken += part
        if len(taken) > BODY_BYTES:
            raise BodyTooLarge()
    request.state.body = bytes(taken)
    return bytes(taken)


async def content(request: Request) -> dict[str, Any]:
    """The body as a JSON object. Raises BodyTooLarge, WrongMediaType, InvalidRequest,
    InvalidParameter."""
    raw = await _bytes(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if raw and kind not in ("", "application/json"):
        raise WrongMediaType()
    return parsed(raw)


async def body(request: Request, model: type[Model]) -> Model:
    """The body as a value of the wire. Raises MissingParameter, PageOutOfRange besides."""
    return checked(model, await content(request))
