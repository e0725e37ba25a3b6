"""Writes down a difference: which columns, what stands on each side, and how to look at it."""

from dataclasses import replace
from hashlib import sha256

from syncproof.domain.canonical import shown
from syncproof.domain.difference import (
    Cell,
    ColumnDifference,
    Difference,
    DifferenceKind,
    Large,
    Row,
    Side,
)
from syncproof.engine.side import Party
from syncproof.ports.database import ReadColumn

KeyText = tuple[str | None, ...]


def key_text(cell: Cell) -> str | None:
    """A key's cell as text; of a large one the start."""
    return cell.start if isinstance(cell, Large) else cell


class Scribe:
    """Knows both sides of a pair of tables. A value longer than `display_length` is given to
    the engine's `literal` as `Large`, so that no difference is larger than what is shown."""

    def __init__(self, source: Party, target: Party, display_length: int) -> None:
        self._source = source
        self._target = target
        self._length = display_length

    def pair(self, source: Row, target: Row) -> Difference:
        """Two rows of one key, the columns that differ."""
        names = self._source.reading.columns
        return Difference(
            key=self._shown_key(source),
            kind=DifferenceKind.CHANGED,
            columns=tuple(
                self._column(position, source, target)
                for position in range(len(names))
                if source[position] != target[position]
            ),
            source_select=self._select(self._source, source),
            target_select=self._select(self._target, target),
        )

    def lone(self, side: Side, row: Row, copies: int) -> Difference:
        """A row that only one side has, every column."""
        here = side is Side.SOURCE
        source, target = (row, None) if here else (None, row)
        return Difference(
            key=self._shown_key(row),
            kind=DifferenceKind.ONLY_SOURCE if here else DifferenceKind.ONLY_TARGET,
            columns=tuple(self._column(i, source, target) for i in range(len(row))),
            source_select=self._select(self._source, row) if here else None,
            target_select=None if here else self._select(self._target, row),
            copies=copies,
        )

    def _key(self, row: Row) -> KeyText:
        return tuple(key_text(row[i]) for i in self._source.reading.key)

    def _shown_key(self, row: Row) -> KeyText:
        columns = self._source.reading.columns
        return tuple(self._shown(columns[i], row[i]) for i in self._source.reading.key)

    def _select(self, party: Party, row: Row) -> str:
        """By the key; where that has a NULL in it, or is the whole row, by every column whose
        whole text is at hand, so that the statement finds this row and not its neighbours."""
        reading = party.reading
        if reading.keyed and all(isinstance(row[i], str) for i in reading.key):
            return party.database.select(reading, self._key(row))
        known = tuple(
            i
            for i, column in enumerate(reading.columns)
            if column.form.served and not column.form.settled and not isinstance(row[i], Large)
        )
        whole = replace(reading, key=known, keyed=False)
        return party.database.select(whole, tuple(key_text(row[i]) for i in known))

    def _column(self, position: int, source: Row | None, target: Row | None) -> ColumnDifference:
        ours = self._source.reading.columns[position]
        theirs = self._target.reading.columns[position]
        return ColumnDifference(
            name=ours.name,
            source=None if source is None else self._shown(ours, source[position]),
            target=None if target is None else self._shown(theirs, target[position]),
            source_literal=self._literal(self._source, ours, source, position),
            target_literal=self._literal(self._target, theirs, target, position),
        )

    def _shown(self, column: ReadColumn, cell: Cell) -> str | None:
        text = key_text(cell)
        return text and shown(column.form, text)[: self._length]

    def _literal(
        self, party: Party, column: ReadColumn, row: Row | None, position: int
    ) -> str | None:
        if row is None:
            return None
        cell = row[position]
        if isinstance(cell, str) and len(cell) > self._length:
            cell = Large(cell[: self._length], len(cell), sha256(cell.encode()).hexdigest())
        return party.database.literal(column, cell)
