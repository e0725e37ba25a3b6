"""Access keys that failed too often rest for a while, so that secrets cannot be tried out."""

from collections import OrderedDict

from syncproof.ports.clock import Clock

FAILURES = 5
"""Bad signatures in a row after which an access key is locked."""
LOCKED = 300_000
"""Milliseconds for which it is, from the last of them."""
_REMEMBERED = 10_000
"""Access keys whose failures are remembered; beyond it the one longest quiet is forgotten."""


class Attempts:
    """Counts the failures of each access key in this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def locked(self, access: str) -> bool:
        """Whether the key may not be tried now."""
        count, last = self._failures.get(access, (0, 0))
        return count >= FAILURES and self._clock() - last < LOCKED

    def failed(self, access: str) -> None:
        """Count a bad signature; what lies further back than the lock no longer counts."""
        now = self._clock()
        count, last = self._failures.pop(access, (0, 0))
        self._failures[access] = (count + 1 if now - last < LOCKED else 1, now)
        if len(self._failures) > _REMEMBERED:
            self._failures.popitem(last=False)

    def succeeded(self, access: str) -> None:
        """A good signature: the count begins anew."""
        self._failures.pop(access, None)
