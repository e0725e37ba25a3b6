"""What the tables of one comparison share: servers, lanes, memory, and the ear that listens."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from syncproof.domain.comparison import Options
from syncproof.domain.difference import Side
from syncproof.domain.events import Event
from syncproof.engine.budget import Budget
from syncproof.engine.memory import TOTAL_BYTES
from syncproof.engine.plan import Plan
from syncproof.engine.side import Party
from syncproof.ports.database import Database

Tell = Callable[[Event], Awaitable[None]]


@dataclass(slots=True)
class Context:
    """One comparison at work. `lanes`: spans at work at once, over all tables."""

    options: Options
    source: Database
    target: Database
    tell: Tell
    budget: Budget = field(default_factory=lambda: Budget(TOTAL_BYTES))
    lanes: asyncio.Semaphore = field(init=False)
    gates: tuple[asyncio.Semaphore, asyncio.Semaphore] = field(init=False)

    def __post_init__(self) -> None:
        self.lanes = asyncio.Semaphore(self.options.connections)
        self.gates = (
            asyncio.Semaphore(self.options.connections),
            asyncio.Semaphore(self.options.connections),
        )

    def parties(self, plan: Plan) -> tuple[Party, Party]:
        """Both sides of a table."""
        return (
            Party(Side.SOURCE, self.source, plan.source, self.gates[0]),
            Party(Side.TARGET, self.target, plan.target, self.gates[1]),
        )
