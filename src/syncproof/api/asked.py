"""What came with a request: who asks, and a body that has been read and checked."""

from collections.abc import Mapping
from typing import Any, TypeVar, cast

import orjson
from fastapi import Request
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from syncproof.api.failures import BodyTooLarge, WrongMediaType
from syncproof.bootstrap import Services
from syncproof.domain.errors import (
    Forbidden,
    ForeignProject,
    InvalidParameter,
    InvalidRequest,
    MissingParameter,
    PageOutOfRange,
    Unauthenticated,
)
from syncproof.domain.principal import Principal
from syncproof.identity.signature import Signed

BODY_BYTES = 8 << 20
_MISSING = frozenset({"missing", "none_required"})
_PAGES = frozenset({"current_page", "per_page", "limit", "offset"})
_DEEPEST = 64


class Wire(BaseModel):
    """A value as it stands on the wire: types are taken at their word, unknown fields ignored."""

    model_config = ConfigDict(strict=True, extra="ignore", populate_by_name=True)


Model = TypeVar("Model", bound=BaseModel)


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


async def _signed(request: Request) -> Signed:
    return Signed(
        method=request.method,
        path=request.scope.get("raw_path", request.url.path.encode()).decode("latin-1"),
        query=list(request.query_params.multi_items()),
        headers={name.lower(): value for name, value in request.headers.items()},
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


async def body(request: Request, model: type[Model]) -> Model:
    """The body as a value of the wire. Raises WrongMediaType, InvalidRequest, MissingParameter,
    InvalidParameter, PageOutOfRange."""
    return checked(model, await content(request))


async def content(request: Request) -> dict[str, Any]:
    """The body as a JSON object."""
    raw = await _bytes(request)
    kind = request.headers.get("content-type", "application/json").partition(";")[0]
    if raw and kind.strip().lower() != "application/json":
        raise WrongMediaType()
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise InvalidRequest(reason="the body is not JSON") from error
    if not isinstance(value, dict):
        raise InvalidRequest(reason="the body is no JSON object")
    if _is_odd(value, _DEEPEST):
        raise InvalidRequest(reason="the body is nested too deep or holds a NUL character")
    return value


def _is_odd(value: object, levels: int) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        parts = [*value, *value.values()]
    elif isinstance(value, list):
        parts = value
    else:
        return False
    return levels == 0 or any(_is_odd(part, levels - 1) for part in parts)


def checked(model: type[Model], value: Mapping[str, Any]) -> Model:
    """A value of the wire, or the first thing that is wrong with it."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise _refusal(error.errors()[0]) from error


def _refusal(detail: ErrorDetails) -> Exception:
    names = [str(part) for part in detail["loc"] if not isinstance(part, int)]
    name = names[-1] if names else "body"
    absent = detail["type"] in _MISSING or detail.get("input", "") is None
    if absent or (detail["type"] == "string_too_short" and detail["input"] == ""):
        return MissingParameter(name=name)
    if name in _PAGES:
        return PageOutOfRange(name=name, reason=detail["msg"])
    return InvalidParameter(name=name, reason=detail["msg"])


def page(request: Request, most: int = 1000) -> tuple[int, int]:
    """`offset` and `limit` of a query. Raises PageOutOfRange."""
    return (
        _number(request, "offset", 0, 0, (1 << 31) - 1),
        _number(request, "limit", most, 1, most),
    )


def _number(request: Request, name: str, default: int, least: int, most: int) -> int:
    text = request.query_params.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not least <= int(text[:12]) <= most:
        raise PageOutOfRange(name=name, reason=f"it is {least} to {most}")
    return int(text)
