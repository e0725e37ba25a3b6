"""Users, projects, roles, access keys and revoked tokens, as the store remembers them."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from syncproof.domain.errors import InvalidParameter
from syncproof.domain.principal import Role
from syncproof.ports.identity import Credential, Project, User
from syncproof.store.tables import credentials, projects, revocations, roles, users


class Identities:
    """The repository of identities; every method is one transaction."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add_user(self, user: User) -> None:
        """Remember a user. Raises InvalidParameter where the name is taken."""
        await self._insert(
            users,
            "user",
            id=user.id,
            name=user.name,
            password_hash=user.password_hash,
            enabled=user.enabled,
            admin=user.admin,
            changed_at=user.changed_at,
        )

    async def add_project(self, project: Project) -> None:
        """Remember a project. Raises InvalidParameter where the name is taken."""
        await self._insert(projects, "project", id=project.id, name=project.name)

    async def add_credential(self, credential: Credential) -> None:
        """Remember an access key."""
        await self._insert(
            credentials,
            "access",
            access=credential.access,
            secret=credential.secret,
            user=credential.user,
            project=credential.project,
            enabled=credential.enabled,
        )

    async def grant(self, user: str, project: str, role: Role) -> None:
        """Give a user a role in a project; one that it has already stays."""
        await self.revoke(user, project, role)
        await self._insert(roles, "role", user=user, project=project, role=role.value)

    async def revoke(self, user: str, project: str, role: Role) -> None:
        """Take a role away."""
        mine = (roles.c.user == user, roles.c.project == project, roles.c.role == role.value)
        await self._execute(sa.delete(roles).where(*mine))

    async def user(self, *, name: str | None = None, id: str | None = None) -> User | None:
        """A user by name or by id."""
        test = users.c.name == name if name is not None else users.c.id == id
        record = await self._first(sa.select(users).where(test))
        return User(**record) if record else None

    async def users(self) -> list[User]:
        """Every user, by name."""
        return [User(**r) for r in await self._all(sa.select(users).order_by(users.c.name))]

    async def project(self, *, name: str | None = None, id: str | None = None) -> Project | None:
        """A project by name or by id."""
        test = projects.c.name == name if name is not None else projects.c.id == id
        record = await self._first(sa.select(projects).where(test))
        return Project(**record) if record else None

    async def projects(self) -> list[Project]:
        """Every project, by name."""
        found = await self._all(sa.select(projects).order_by(projects.c.name))
        return [Project(**record) for record in found]

    async def roles(self, user: str, project: str) -> frozenset[Role]:
        """The roles of a user in a project."""
        mine = (roles.c.user == user, roles.c.project == project)
        found = await self._all(sa.select(roles.c.role).where(*mine))
        return frozenset(Role(record["role"]) for record in found)

    async def credential(self, access: str) -> Credential | None:
        """An access key."""
        record = await self._first(sa.select(credentials).where(credentials.c.access == access))
        return Credential(**record) if record else None

    async def credentials(self, user: str) -> list[Credential]:
        """The access keys of a user."""
        found = await self._all(sa.select(credentials).where(credentials.c.user == user))
        return [Credential(**record) for record in found]

    async def set_password(self, user: str, password_hash: str, now: int) -> None:
        """Replace a password; tokens of before are no longer good."""
        await self._execute(
            sa.update(users)
            .where(users.c.id == user)
            .values(password_hash=password_hash, changed_at=now)
        )

    async def enable(self, user: str, enabled: bool) -> None:
        """Let a user in, or out."""
        await self._execute(sa.update(users).where(users.c.id == user).values(enabled=enabled))

    async def delete_user(self, user: str) -> None:
        """Forget a user with its roles and access keys."""
        await self._execute(sa.delete(users).where(users.c.id == user))

    async def delete_project(self, project: str) -> None:
        """Forget a project with its roles and access keys."""
        await self._execute(sa.delete(projects).where(projects.c.id == project))

    async def delete_credential(self, access: str) -> None:
        """Forget an access key."""
        await self._execute(sa.delete(credentials).where(credentials.c.access == access))

    async def revoke_token(self, token: str, expires_at: int, now: int) -> None:
        """Remember that a token is no longer good; forget those that have expired anyway."""
        gone = sa.or_(revocations.c.expires_at < now, revocations.c.token == token)
        async with self._engine.begin() as connection:
            await connection.execute(sa.delete(revocations).where(gone))
            await connection.execute(
                sa.insert(revocations), {"token": token, "expires_at": expires_at}
            )

    async def is_revoked(self, token: str) -> bool:
        """Whether a token was revoked."""
        query = sa.select(revocations.c.token).where(revocations.c.token == token)
        return await self._first(query) is not None

    async def _insert(self, table: sa.Table, what: str, **values: object) -> None:
        try:
            await self._execute(sa.insert(table).values(**values))
        except sa.exc.IntegrityError as error:
            raise InvalidParameter(name=what, reason="it exists already") from error

    async def _execute(self, statement: sa.Executable) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(statement)

    async def _first(self, query: sa.Select[tuple[object, ...]]) -> sa.RowMapping | None:
        async with self._engine.connect() as connection:
            return (await connection.execute(query)).mappings().first()

    async def _all(self, query: sa.Select[tuple[object, ...]]) -> list[sa.RowMapping]:
        async with self._engine.connect() as connection:
            return list((await connection.execute(query)).mappings())
