"""The store as a whole."""

from pathlib import Path
from typing import Self

from syncproof.store.comparisons import Comparisons
from syncproof.store.engine import open_engine, upgrade
from syncproof.store.findings import Findings
from syncproof.store.identities import Identities
from syncproof.store.jobs import Jobs
from syncproof.store.secrets import box_at


class Store:
    """Everything that is remembered, and the key that its secrets are sealed with."""

    def __init__(self, url: str, key: Path) -> None:
        self._engine = open_engine(url)
        self.box = box_at(key)
        self.jobs = Jobs(self._engine)
        self.comparisons = Comparisons(self._engine)
        self.findings = Findings(self._engine)
        self.identities = Identities(self._engine)

    async def __aenter__(self) -> Self:
        await upgrade(self._engine)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._engine.dispose()
