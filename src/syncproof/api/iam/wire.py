"""The bodies of the identity calls, as Keystone has them."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Field

from syncproof.api.shape import Wire
from syncproof.domain.errors import InvalidParameter, MissingParameter
from syncproof.domain.principal import Principal
from syncproof.identity.builtin import DOMAIN, Login, Token
from syncproof.ports.identity import Project

Name = Annotated[str, Field(max_length=255)]


class Domain(Wire):
    """A domain by id or by name."""

    id: Name | None = None
    name: Name | None = None


class ProjectScope(Wire):
    """A project by id, or by name in a domain."""

    id: Name | None = None
    name: Name | None = None
    domain: Domain | None = None


class Scope(Wire):
    """What a token is for."""

    project: ProjectScope | None = None
    domain: Domain | None = None


class User(Wire):
    """Who logs in."""

    id: Name | None = None
    name: Name | None = None
    password: Annotated[str, Field(max_length=4096)]
    domain: Domain | None = None


class Password(Wire):
    """The method that is spoken here."""

    user: User


class Identity(Wire):
    """How the caller is proven."""

    methods: list[str]
    password: Password | None = None


class Auth(Wire):
    """A wish for a token."""

    identity: Identity
    scope: Scope | None = None


class TokenRequest(Wire):
    """POST /v3/auth/tokens."""

    auth: Auth

    def login(self) -> Login:
        """What the body asks. Raises MissingParameter, InvalidParameter."""
        identity = self.auth.identity
        if identity.methods != ["password"]:
            raise InvalidParameter(name="methods", reason="only password is supported")
        if identity.password is None:
            raise MissingParameter(name="password")
        user, scope = identity.password.user, self.auth.scope or Scope()
        if not user.id and not user.name:
            raise MissingParameter(name="name")
        project = scope.project or ProjectScope()
        domain = project.domain or scope.domain or Domain()
        if scope.project is not None and not project.id and not project.name:
            raise MissingParameter(name="project")
        by_domain = user.domain or Domain()
        return Login(
            password=user.password,
            user_id=user.id,
            user_name=None if user.id else user.name,
            domain=by_domain.id or by_domain.name,
            project_id=project.id,
            project_name=None if project.id else project.name,
            scope_domain=domain.id or domain.name,
        )


def token_answer(token: Token) -> dict[str, Any]:
    """A token as Keystone tells it."""
    principal = token.principal
    domain = {"id": DOMAIN[0], "name": DOMAIN[1]}
    body: dict[str, Any] = {
        "methods": ["password"],
        "issued_at": _moment(token.issued_at),
        "expires_at": _moment(token.expires_at),
        "user": {
            "domain": domain,
            "id": principal.user,
            "name": principal.user_name,
            "password_expires_at": "",
        },
        "catalog": [],
        "roles": _roles(principal),
    }
    if principal.project is None:
        body["domain"] = domain
    else:
        body["project"] = {
            "domain": domain,
            "id": principal.project,
            "name": principal.project_name,
        }
    return {"token": body}


def _roles(principal: Principal) -> list[dict[str, str]]:
    names = sorted(role.value for role in principal.roles)
    return [{"id": name, "name": name} for name in names]


def _moment(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "Z"


def project_answer(project: Project) -> dict[str, Any]:
    """A project as Keystone tells it."""
    return {
        "id": project.id,
        "name": project.name,
        "domain_id": DOMAIN[0],
        "parent_id": DOMAIN[0],
        "enabled": True,
        "is_domain": False,
        "description": "",
        "links": {"self": f"/v3/projects/{project.id}"},
    }
