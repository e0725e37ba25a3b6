"""Passwords, kept as Argon2id hashes that cost a guesser time and memory."""

import asyncio
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from syncproof.domain.errors import InvalidParameter

LENGTH = 4096
"""The longest password in characters."""
_AT_ONCE = 2
"""Hashes at once: each takes a core and 19 MiB, so that a flood of logins cannot take more."""


class Passwords:
    """Hashes passwords and tests them, beside the event loop."""

    def __init__(self) -> None:
        # OWASP's choice for Argon2id: 19 MiB, two passes, one lane.
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        self._nobody = self._hasher.hash(secrets.token_hex())
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def hashed(self, password: str) -> str:
        """The hash to keep. Raises InvalidParameter."""
        if not 1 <= len(password) <= LENGTH:
            raise InvalidParameter(name="password", reason="it has 1 to 4096 characters")
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, kept: str | None, password: str) -> bool:
        """Whether it is the password of that hash; without a hash the same work says no."""
        async with self._turn:
            good = await asyncio.to_thread(self._verified, kept or self._nobody, password[:LENGTH])
        return good and kept is not None

    def _verified(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (Argon2Error, InvalidHashError, UnicodeEncodeError):
            return False
