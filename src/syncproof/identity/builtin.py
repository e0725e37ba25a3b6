"""The identity that is built in: users, projects, two roles, tokens and access keys."""

import hashlib
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson
from cryptography.fernet import Fernet, InvalidToken

from syncproof.domain.errors import Forbidden, InvalidParameter, NotFound, Unauthenticated
from syncproof.domain.principal import Principal, Role
from syncproof.identity.attempts import Attempts
from syncproof.identity.passwords import Passwords
from syncproof.identity.signature import Signed, holds, parsed, signed_at
from syncproof.ports.clock import Clock
from syncproof.ports.identity import Credential, Identities, Project, User

DOMAIN = ("default", "Default")
"""Id and name of the one domain."""


@dataclass(frozen=True, slots=True)
class Sealing:
    """What encrypts access keys (`seal`, `open`) and signs tokens (32 bytes, base64)."""

    seal: Callable[[str], str]
    open: Callable[[str], str]
    token_key: bytes


@dataclass(frozen=True, slots=True)
class Login:
    """A password login; a user by id or by name, a scope by id or by name, or the domain."""

    password: str
    user_id: str | None = None
    user_name: str | None = None
    domain: str | None = None
    project_id: str | None = None
    project_name: str | None = None
    scope_domain: str | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A token and what it says; times are epoch milliseconds."""

    text: str
    principal: Principal
    issued_at: int
    expires_at: int

    def __repr__(self) -> str:
        return f"Token({self.principal})"


class BuiltinIdentity:
    """Proves who asks; every failure to do so is Unauthenticated with a reason."""

    def __init__(
        self,
        identities: Identities,
        sealing: Sealing,
        clock: Clock,
        token_hours: int,
        signature_seconds: int,
    ) -> None:
        self._identities = identities
        self._sealing = sealing
        self._fernet = Fernet(sealing.token_key)
        self._clock = clock
        self._lifetime = token_hours * 3_600_000
        self._window = signature_seconds
        self._passwords = Passwords()
        self._attempts = Attempts(clock)

    # -- tokens

    async def log_in(self, login: Login) -> Token:
        """A token for a password. An unknown user costs the same time as a wrong password."""
        user = await self._identities.user(name=login.user_name, id=login.user_id)
        known = user is not None and user.enabled and login.domain in (None, *DOMAIN)
        good = await self._passwords.matches(user.password_hash if user else None, login.password)
        if user is None or not known or not good:
            raise Unauthenticated(reason="the user name or password is wrong")
        return self._token(await self._scoped(user, login))

    async def _scoped(self, user: User, login: Login) -> Principal:
        if login.project_id is None and login.project_name is None:
            if login.scope_domain not in (None, *DOMAIN):
                raise Unauthenticated(reason="the scope is not the user's")
            roles = frozenset({Role.ADMIN}) if user.admin else frozenset[Role]()
            return Principal(user.id, user.name, None, None, roles)
        project = await self._identities.project(id=login.project_id, name=login.project_name)
        found = await self._principal(user, project)
        if found is None or login.scope_domain not in (None, *DOMAIN):
            raise Unauthenticated(reason="the scope is not the user's")
        return found

    async def _principal(self, user: User, project: Project | None) -> Principal | None:
        """The user in a project; None where the user has nothing to do there."""
        if project is None:
            return None
        roles = await self._identities.roles(user.id, project.id)
        roles |= {Role.ADMIN} if user.admin else set()
        if not roles:
            return None
        return Principal(user.id, user.name, project.id, project.name, roles)

    def _token(self, principal: Principal) -> Token:
        now = self._clock()
        claims = {
            "user": principal.user,
            "project": principal.project,
            "issued": now,
            "expires": now + self._lifetime,
            "id": secrets.token_hex(8),
        }
        text = self._fernet.encrypt(orjson.dumps(claims)).decode()
        return Token(text, principal, now, now + self._lifetime)

    async def of_token(self, text: str) -> Token:
        """What a token says. Raises Unauthenticated: forged, expired, revoked, or its user has
        changed the password, is disabled or has lost the project."""
        try:
            claims = orjson.loads(self._fernet.decrypt(text.encode()))
        except (InvalidToken, UnicodeEncodeError) as error:
            raise Unauthenticated(reason="decrypt token fail") from error
        if claims["expires"] <= self._clock():
            moment = datetime.fromtimestamp(claims["expires"] / 1000, UTC).isoformat()
            raise Unauthenticated(reason=f"token expires, expires_at: {moment}")
        user = await self._identities.user(id=claims["user"])
        if user is None or not user.enabled or user.changed_at > claims["issued"]:
            raise Unauthenticated(reason="the token is no longer good")
        if await self._identities.is_revoked(_fingerprint(text)):
            raise Unauthenticated(reason="the token is no longer good")
        principal = await self._of_claims(user, claims["project"])
        return Token(text, principal, claims["issued"], claims["expires"])

    async def _of_claims(self, user: User, project_id: str | None) -> Principal:
        if project_id is None:
            roles = frozenset({Role.ADMIN}) if user.admin else frozenset[Role]()
            return Principal(user.id, user.name, None, None, roles)
        found = await self._principal(user, await self._identities.project(id=project_id))
        if found is None:
            raise Unauthenticated(reason="the token is no longer good")
        return found

    async def revoke(self, token: Token) -> None:
        """Make a token no longer good."""
        await self._identities.revoke_token(
            _fingerprint(token.text), token.expires_at, self._clock()
        )

    # -- signatures

    async def of_signature(self, request: Signed, project: str | None) -> Principal:
        """Who signed a request, in the project of its path. Raises Unauthenticated, Forbidden."""
        given = parsed(request.headers.get("authorization", ""))
        if given is None:
            raise Unauthenticated(reason="verify aksk signature fail")
        if self._attempts.locked(given.access):
            raise Unauthenticated(reason="AK access failed to reach the limit,forbidden")
        moment = signed_at(request)
        age = abs(self._clock() / 1000 - moment.timestamp()) if moment else None
        if age is None or age > self._window:
            raise Unauthenticated(reason="verify aksk signature fail: X-Sdk-Date is missing or off")
        credential = await self._identities.credential(given.access)
        secret = self._sealing.open(credential.secret) if credential else secrets.token_hex()
        good = holds(request, given, secret)
        if credential is None or not credential.enabled or not good:
            self._attempts.failed(given.access)
            raise Unauthenticated(reason="verify aksk signature fail")
        self._attempts.succeeded(given.access)
        return await self._of_credential(credential)

    async def _of_credential(self, credential: Credential) -> Principal:
        user = await self._identities.user(id=credential.user)
        if user is None or not user.enabled:
            raise Unauthenticated(reason="verify aksk signature fail")
        project = await self._identities.project(id=credential.project)
        found = await self._principal(user, project)
        if found is None:
            raise Forbidden()
        return found

    async def projects(self, principal: Principal) -> list[Project]:
        """The projects that a caller may see."""
        everything = await self._identities.projects()
        if Role.ADMIN in principal.roles:
            return everything
        return [p for p in everything if await self._identities.roles(principal.user, p.id)]

    # -- administration

    async def add_user(self, name: str, password: str, *, admin: bool = False) -> User:
        """A new user. Raises InvalidParameter."""
        user = User(
            uuid.uuid4().hex,
            _named("user", name),
            await self._passwords.hashed(password),
            enabled=True,
            admin=admin,
            changed_at=0,
        )
        await self._identities.add_user(user)
        return user

    async def set_password(self, name: str, password: str) -> None:
        """Replace a password; the user's tokens are no longer good."""
        user = await self.user(name)
        await self._identities.set_password(
            user.id, await self._passwords.hashed(password), self._clock()
        )

    async def add_project(self, name: str) -> Project:
        """A new project. Raises InvalidParameter."""
        project = Project(uuid.uuid4().hex, _named("project", name))
        await self._identities.add_project(project)
        return project

    async def add_credential(self, user_name: str, project_name: str) -> tuple[Credential, str]:
        """A new access key and its secret, which is shown once. Raises NotFound."""
        user, project = await self.user(user_name), await self.project(project_name)
        access = secrets.token_hex(10).upper()
        secret = secrets.token_urlsafe(30)
        credential = Credential(access, self._sealing.seal(secret), user.id, project.id, True)
        await self._identities.add_credential(credential)
        return credential, secret

    async def grant(self, user_id: str, project_id: str, role: Role) -> None:
        """Give a user a role in a project."""
        await self._identities.grant(user_id, project_id, role)

    async def users(self) -> list[User]:
        """Every user."""
        return await self._identities.users()

    async def all_projects(self) -> list[Project]:
        """Every project."""
        return await self._identities.projects()

    async def delete_user(self, name: str) -> None:
        """Forget a user. Raises NotFound."""
        await self._identities.delete_user((await self.user(name)).id)

    async def delete_credential(self, access: str) -> None:
        """Forget an access key."""
        await self._identities.delete_credential(access)

    async def user(self, name: str) -> User:
        """A user by name. Raises NotFound."""
        found = await self._identities.user(name=name)
        if found is None:
            raise NotFound(name=name)
        return found

    async def project(self, name: str) -> Project:
        """A project by name or id. Raises NotFound."""
        found = await self._identities.project(name=name)
        found = found or await self._identities.project(id=name)
        if found is None:
            raise NotFound(name=name)
        return found


def _named(what: str, name: str) -> str:
    if not 1 <= len(name) <= 64 or not name.isprintable():
        raise InvalidParameter(name=what, reason="a name has 1 to 64 printable characters")
    return name


def _fingerprint(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
