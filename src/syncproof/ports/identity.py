"""What identity asks of its memory. Each method is one transaction."""

from dataclasses import dataclass
from typing import Protocol

from syncproof.domain.principal import Role


@dataclass(frozen=True, slots=True)
class User:
    """A user; `changed_at`: when the password was last set, epoch milliseconds."""

    id: str
    name: str
    password_hash: str
    enabled: bool
    admin: bool
    changed_at: int

    def __repr__(self) -> str:
        return f"User({self.id}, {self.name})"


@dataclass(frozen=True, slots=True)
class Project:
    """A project: 32 hex digits and a name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Credential:
    """An access key of a user in a project; `secret` is encrypted."""

    access: str
    secret: str
    user: str
    project: str
    enabled: bool


class Identities(Protocol):
    """Users, projects, roles, access keys and revoked tokens."""

    async def add_user(self, user: User) -> None:
        """Remember a user. Raises InvalidParameter where the name is taken."""
        ...

    async def add_project(self, project: Project) -> None:
        """Remember a project. Raises InvalidParameter where the name is taken."""
        ...

    async def add_credential(self, credential: Credential) -> None:
        """Remember an access key."""
        ...

    async def grant(self, user: str, project: str, role: Role) -> None:
        """Give a user a role in a project; one that it has already stays."""
        ...

    async def revoke(self, user: str, project: str, role: Role) -> None:
        """Take a role away."""
        ...

    async def user(self, *, name: str | None = None, id: str | None = None) -> User | None:
        """A user by name or by id."""
        ...

    async def users(self) -> list[User]:
        """Every user, by name."""
        ...

    async def project(self, *, name: str | None = None, id: str | None = None) -> Project | None:
        """A project by name or by id."""
        ...

    async def projects(self) -> list[Project]:
        """Every project, by name."""
        ...

    async def roles(self, user: str, project: str) -> frozenset[Role]:
        """The roles of a user in a project."""
        ...

    async def credential(self, access: str) -> Credential | None:
        """An access key."""
        ...

    async def credentials(self, user: str) -> list[Credential]:
        """The access keys of a user."""
        ...

    async def set_password(self, user: str, password_hash: str, now: int) -> None:
        """Replace a password; tokens of before are no longer good."""
        ...

    async def enable(self, user: str, enabled: bool) -> None:
        """Let a user in, or out."""
        ...

    async def delete_user(self, user: str) -> None:
        """Forget a user with its roles and access keys."""
        ...

    async def delete_project(self, project: str) -> None:
        """Forget a project with its roles and access keys."""
        ...

    async def delete_credential(self, access: str) -> None:
        """Forget an access key."""
        ...

    async def revoke_token(self, token: str, expires_at: int, now: int) -> None:
        """Remember that a token is no longer good; forget those that have expired anyway."""
        ...

    async def is_revoked(self, token: str) -> bool:
        """Whether a token was revoked."""
        ...
