"""What was found in a chunk, and how many differences of a table may still be kept."""

from dataclasses import dataclass, field

from syncproof.domain.difference import Difference, Row, Side
from syncproof.engine.differences import Scribe


@dataclass(slots=True)
class Allowance:
    """How many more differences of a table are kept. What a failed try took is given back."""

    left: int


@dataclass(slots=True)
class Findings:
    """One try at one chunk. Numbers count all rows; differences are kept while the table's
    allowance lasts."""

    scribe: Scribe
    allowance: Allowance
    source_rows: int = 0
    target_rows: int = 0
    only_source: int = 0
    only_target: int = 0
    changed: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def differing(self) -> int:
        """Rows that differ."""
        return self.only_source + self.only_target + self.changed

    @property
    def room(self) -> bool:
        """Whether differences are still kept, or only counted."""
        return self.allowance.left > 0

    def read(self, source: int, target: int) -> None:
        """So many rows were covered on each side."""
        self.source_rows += source
        self.target_rows += target

    def count(self, only_source: int, only_target: int, changed: int) -> None:
        """Rows differ that are not kept."""
        self.only_source += only_source
        self.only_target += only_target
        self.changed += changed

    def lone(self, side: Side, row: Row, copies: int = 1) -> None:
        """A row that only this side has, so many times."""
        self.count(*((copies, 0, 0) if side is Side.SOURCE else (0, copies, 0)))
        if self._take():
            self.differences.append(self.scribe.lone(side, row, copies))

    def pair(self, source: Row, target: Row) -> None:
        """Rows of one key that differ."""
        self.count(0, 0, 1)
        if self._take():
            self.differences.append(self.scribe.pair(source, target))

    def part(self) -> "Findings":
        """Findings of a part, to be absorbed or dropped."""
        return Findings(self.scribe, self.allowance)

    def absorb(self, part: "Findings") -> None:
        """The part is done."""
        self.read(part.source_rows, part.target_rows)
        self.count(part.only_source, part.only_target, part.changed)
        self.differences.extend(part.differences)

    def drop(self) -> None:
        """Give back what was kept: this try is void."""
        self.allowance.left += len(self.differences)
        self.differences.clear()

    def _take(self) -> bool:
        if not self.room:
            return False
        self.allowance.left -= 1
        return True
