"""Tokens and projects."""

from typing import Any

from fastapi import APIRouter, Request, Response

from syncproof.api.asked import Caller, body, caller, services_of
from syncproof.api.iam.wire import TokenRequest, project_answer, token_answer
from syncproof.api.shape import described
from syncproof.domain.errors import MissingParameter, Unauthenticated
from syncproof.identity.builtin import Token

router = APIRouter(tags=["identity"])


@router.post("/v3/auth/tokens", status_code=201, openapi_extra=described(TokenRequest))
async def create_token(request: Request, response: Response) -> dict[str, Any]:
    """Take a token for a name and a password; it comes in the header X-Subject-Token."""
    wanted = await body(request, TokenRequest)
    token = await services_of(request).identity.log_in(wanted.login())
    response.headers["X-Subject-Token"] = token.text
    return token_answer(token)


@router.get("/v3/auth/tokens")
@router.head("/v3/auth/tokens", include_in_schema=False)
async def show_token(request: Request, response: Response) -> dict[str, Any]:
    """Say what the token in X-Subject-Token is for."""
    token = await _subject(request)
    response.headers["X-Subject-Token"] = token.text
    return token_answer(token)


@router.delete("/v3/auth/tokens", status_code=204)
async def revoke_token(request: Request) -> None:
    """Make the token in X-Subject-Token no longer good."""
    await services_of(request).identity.revoke(await _subject(request))


async def _subject(request: Request) -> Token:
    """The token that is asked about: the caller's own, or that of a user whom they administer."""
    identity = services_of(request).identity
    principal = await caller(request)
    text = request.headers.get("x-subject-token")
    if not text:
        raise MissingParameter(name="X-Subject-Token")
    token = await identity.of_token(text)
    if token.principal.user != principal.user and not any(
        role.value == "admin" for role in principal.roles
    ):
        raise Unauthenticated(reason="the token is another user's")
    return token


@router.get("/v3/projects")
async def list_projects(request: Request, principal: Caller) -> dict[str, Any]:
    """The projects that the caller may work in; `name` narrows them to one."""
    name = request.query_params.get("name")
    found = await services_of(request).identity.projects(principal)
    listed = [project_answer(p) for p in found if name in (None, p.name)]
    return {"projects": listed, "links": {"self": str(request.url.path)}}
