"""How many rows of a table may be looked at in one piece."""

from dataclasses import dataclass

from syncproof.domain.table import Kind
from syncproof.engine.plan import Plan

TOTAL_BYTES = 64 << 20
"""For the rows of all tables that are in memory at once; drivers and differences come on top."""
PIECE_BYTES = 8 << 20
"""For the rows of one side of one piece."""
_ROW_COST, _CELL_COST = 120, 70
"""What Python adds to a row and to a cell."""
_NARROW = 400
"""Characters; a column that can hold more is measured while it is read."""
_LENGTHY = frozenset(
    {Kind.TEXT, Kind.BINARY, Kind.BITS, Kind.JSON, Kind.GEOMETRY, Kind.NATIVE, Kind.DECIMAL}
)


@dataclass(frozen=True, slots=True)
class Measure:
    """What rows of this table weigh. `wide`: positions whose cells may be long."""

    row_bytes: int
    wide: tuple[int, ...]

    @property
    def most_rows(self) -> int:
        """Rows of one side of one piece."""
        return max(64, min(20_000, PIECE_BYTES // self.row_bytes))


def measure(plan: Plan) -> Measure:
    """By the servers' estimate of a row's size; binary is read as hex, twice as long."""
    columns = plan.source.columns
    wide = tuple(
        position
        for position, pair in enumerate(zip(columns, plan.target.columns, strict=True))
        if pair[0].form.kind in _LENGTHY
        and any(column.type.length is None or column.type.length > _NARROW for column in pair)
    )
    return Measure(_ROW_COST + _CELL_COST * len(columns) + 2 * plan.row_bytes, wide)
