"""Which status, code and envelope an error has on the wire; the words are in `messages`."""

import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse

from syncproof.domain import errors
from syncproof.messages import language_of, text
from syncproof.telemetry.logs import request_id

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Failure:
    """A status and a code of the catalogue."""

    status: int
    code: str


class GatewayRefused(errors.Refused):
    """What the gateway refuses before the API sees it."""

    failure = Failure(400, "APIGW.0201")


class UnknownPath(GatewayRefused):
    """No such path."""

    code = "unknown_path"
    failure = Failure(404, "APIGW.0101")


class WrongMethod(GatewayRefused):
    """The path has no such method (`method`)."""

    code = "wrong_method"
    failure = Failure(405, "APIGW.0501")


class BodyTooLarge(GatewayRefused):
    """The body is larger than 8 MB."""

    code = "body_too_large"
    failure = Failure(413, "APIGW.0201")


class WrongMediaType(GatewayRefused):
    """The body is not JSON by its header."""

    code = "wrong_media_type"
    failure = Failure(415, "APIGW.0201")


class ObjectsNotBuilt(errors.Refused):
    """Comparison of objects comes with a later version."""

    code = "objects_not_built"


class UnknownToken(errors.Refused):
    """The token that is asked about is none, or is no longer good."""

    code = "unknown_token"


_FAILURES: dict[type[errors.SyncproofError], Failure] = {
    errors.MissingParameter: Failure(400, "DRS.M00201"),
    errors.InvalidParameter: Failure(400, "DRS.M00202"),
    ObjectsNotBuilt: Failure(400, "DRS.M00202"),
    UnknownToken: Failure(404, "IAM.0004"),
    errors.InvalidRequest: Failure(400, "DRS.M00300"),
    errors.PageOutOfRange: Failure(400, "DRS.M00211"),
    errors.NotFound: Failure(400, "DRS.10000010"),
    errors.WrongState: Failure(400, "DRS.M00304"),
    errors.ParentJob: Failure(400, "DRS.M00307"),
    errors.OperationInProgress: Failure(400, "DRS.10000024"),
    errors.Unauthenticated: Failure(401, "APIGW.0301"),
    errors.Forbidden: Failure(403, "DRS.M00102"),
    errors.ForeignProject: Failure(403, "DRS.M00261"),
    errors.Transient: Failure(400, "DRS.10000001"),
    errors.Terminal: Failure(400, "DRS.10000001"),
}

_FAULT = Failure(500, "DRS.M00004")
_OURS = frozenset({"wrong_key"})
"""Codes that no caller can bring about, whatever they descend from."""


def failure_of(error: errors.SyncproofError) -> Failure:
    """The status and code of an error, or of the nearest of its ancestors."""
    if isinstance(error, GatewayRefused):
        return error.failure
    if error.code in _OURS:
        return _FAULT
    return next((_FAILURES[kind] for kind in type(error).__mro__ if kind in _FAILURES), _FAULT)


def message_of(error: errors.SyncproofError, language: str) -> str:
    """The words of an error."""
    return text(error.code, language, error.parameters)


def answer(request: Request, error: errors.SyncproofError) -> JSONResponse:
    """An error in the envelope of the path that it came on."""
    failure = failure_of(error)
    words = message_of(error, language_of(request.headers.get("x-language")))
    return JSONResponse(_envelope(request, failure, words), failure.status)


def _envelope(request: Request, failure: Failure, words: str) -> dict[str, Any]:
    gateway = failure.code.startswith("APIGW.")
    if _is_identity(request.url.path) and (not gateway or failure.status == 401):
        title = HTTPStatus(failure.status).phrase
        return {"error": {"code": failure.status, "message": words, "title": title}}
    body = {"error_code": failure.code, "error_msg": words}
    return body | {"request_id": request_id.get()} if gateway else body


def _is_identity(path: str) -> bool:
    """Whether Keystone's envelope is the one for a path."""
    return path == "/v3/projects" or path.startswith("/v3/auth/")


def unexpected(request: Request, error: Exception) -> JSONResponse:
    """A fault of ours: logged whole, told without detail."""
    _LOG.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return answer(request, errors.SyncproofError())
