"""Who asks, for which project, with which rights."""

from dataclasses import dataclass, field
from enum import Enum


class Role(Enum):
    """What a user may do in a project; an operator may do what a reader may."""

    READER = "reader"
    OPERATOR = "operator"
    ADMIN = "admin"
    """The account's own user: everything, in every project."""


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller whom a token or a signature has proven. `project` None: scoped to a domain."""

    user: str
    user_name: str
    project: str | None
    project_name: str | None
    roles: frozenset[Role] = field(default_factory=frozenset)

    def may_read(self) -> bool:
        """Whether the caller may query."""
        return bool(self.roles)

    def may_operate(self) -> bool:
        """Whether the caller may create, change and cancel."""
        return bool(self.roles & {Role.OPERATOR, Role.ADMIN})
