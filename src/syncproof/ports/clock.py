"""What time it is."""

from typing import Protocol


class Clock(Protocol):
    """Wall-clock time in epoch milliseconds."""

    def __call__(self) -> int:
        """Now."""
        ...
