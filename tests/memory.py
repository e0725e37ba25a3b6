"""A second, plain implementation of the port `Database`: tables are lists of Python rows."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import reduce
from types import TracebackType
from typing import Self

from syncproof.domain.canonical import frame, sha256_128
from syncproof.domain.chunk import Chunk, KeyValues, Range
from syncproof.domain.difference import Cell, Row
from syncproof.domain.digest import Digest, Fingerprint, Fold, add, empty
from syncproof.domain.table import Kind, Table, TableName
from syncproof.ports.database import Capabilities, HashedRow, ReadColumn, Reading

Texts = tuple[str | None, ...]
NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL})


async def _nothing(act: str) -> None:
    """No fault."""


@dataclass
class Memory:
    """Tables by name, each its definition and its rows as canonical text. `before` is awaited
    at each act and before each batch of a stream: where faults are put in."""

    held: dict[TableName, tuple[Table, list[Texts]]]
    before: Callable[[str], Awaitable[None]] = _nothing
    batch: int = 7
    capabilities: Capabilities = field(
        default_factory=lambda: Capabilities(
            "memory", "1", (Fingerprint.SHA256, Fingerprint.MD5), "", "memory"
        )
    )
    acts: list[str] = field(default_factory=list)

    async def connect(self) -> None:
        await self._act("connect")

    async def databases(self) -> list[str]:
        await self._act("databases")
        return sorted({name.database for name in self.held})

    async def tables(self, database: str) -> list[str]:
        await self._act("tables")
        return sorted(name.name for name in self.held if name.database == database)

    async def describe(self, names: Sequence[TableName]) -> dict[TableName, Table]:
        await self._act("describe")
        return {name: self.held[name][0] for name in names if name in self.held}

    def check_condition(self, condition: str, meant_for: str) -> str:
        return condition

    async def count(self, reading: Reading, chunk: Chunk) -> int:
        await self._act("count")
        return len(self._chosen(reading, chunk))

    async def digests(self, reading: Reading, chunks: Sequence[Chunk]) -> list[Digest]:
        await self._act("digests")
        return [self._digest(reading, self._chosen(reading, chunk)) for chunk in chunks]

    async def bucket_digests(self, reading: Reading, chunk: Chunk, of: int) -> dict[int, Digest]:
        await self._act("bucket_digests")
        found: dict[int, list[Texts]] = {}
        for row in self._chosen(reading, chunk):
            found.setdefault(int(self._key_hash(reading, row)[:4], 16) % of, []).append(row)
        return {index: self._digest(reading, rows) for index, rows in found.items()}

    async def hashes(self, reading: Reading, chunk: Chunk) -> AsyncIterator[list[HashedRow]]:
        await self._act("hashes")
        for batch in self._batches(self._chosen(reading, chunk)):
            await self.before("batch")
            yield [HashedRow(_key(reading, row), _hash(reading, row)) for row in batch]

    async def rows(self, reading: Reading, chunk: Chunk) -> AsyncIterator[list[Row]]:
        await self._act("rows")
        for batch in self._batches(self._chosen(reading, chunk)):
            await self.before("batch")
            yield list(batch)

    async def ordered_rows(
        self, reading: Reading, chunk: Chunk
    ) -> AsyncIterator[list[tuple[str, Row]]]:
        await self._act("ordered_rows")
        hashed = ((self._key_hash(reading, row), row) for row in self._chosen(reading, chunk))
        ordered = sorted(hashed, key=lambda pair: (pair[0], _hash(reading, pair[1])))
        for batch in self._batches(ordered):
            await self.before("batch")
            yield list(batch)

    async def rows_by_key(self, reading: Reading, keys: Sequence[KeyValues]) -> list[Row]:
        await self._act("rows_by_key")
        wanted = set(keys)
        return [row for row in self._chosen(reading, Chunk()) if _key(reading, row) in wanted]

    async def boundaries(
        self, reading: Reading, within: Range, step: int, most: int
    ) -> list[KeyValues]:
        await self._act("boundaries")
        ordered = sorted(
            {
                _order(reading, row): _key(reading, row)[: reading.ordered]
                for row in self._chosen(reading, Chunk(within))
            }.items()
        )
        bounds = [key for _, key in ordered[step::step]]
        return [key for key in bounds if key != within.lower][:most]

    def select(self, reading: Reading, key: Texts) -> str:
        return f"{reading.table} {key}"

    def literal(self, column: ReadColumn, value: Cell) -> str:
        return "NULL" if value is None else repr(value)

    async def close(self) -> None:
        await self._act("close")

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def _act(self, act: str) -> None:
        self.acts.append(act)
        await self.before(act)

    def _batches(self, rows: Sequence[object]) -> Iterable[Sequence[object]]:
        return (rows[start : start + self.batch] for start in range(0, len(rows), self.batch))

    def _chosen(self, reading: Reading, chunk: Chunk) -> list[Texts]:
        table, rows = self.held[reading.table]
        places = [[c.name for c in table.columns].index(column.name) for column in reading.columns]
        read = (tuple(row[place] for place in places) for row in rows)
        return [row for row in read if self._within(reading, chunk, row)]

    def _within(self, reading: Reading, chunk: Chunk, row: Texts) -> bool:
        nullable = reading.keyed and not reading.null_free
        if nullable and (None in _key(reading, row)) != chunk.null_key:
            return False
        if chunk.buckets:
            index = int(self._key_hash(reading, row)[:4], 16) % chunk.buckets.of
            if index not in chunk.buckets.indexes:
                return False
        lower, upper = chunk.range.lower, chunk.range.upper
        if lower is None and upper is None:
            return True
        place = _order(reading, row)
        above = lower is None or place[: len(lower)] >= _order_of(reading, lower)
        return above and (upper is None or place[: len(upper)] < _order_of(reading, upper))

    def _key_hash(self, reading: Reading, row: Texts) -> str:
        forms = [reading.columns[place].form for place in reading.key]
        return sha256_128(frame(forms, _key(reading, row)))

    def _digest(self, reading: Reading, rows: Iterable[Texts]) -> Digest:
        one_by_one = (_folded(reading.fold, _hash(reading, row)) for row in rows)
        return reduce(add, one_by_one, empty(reading.fold))


def _key(reading: Reading, row: Texts) -> Texts:
    return tuple(row[place] for place in reading.key)


def _order(reading: Reading, row: Texts) -> tuple[Decimal | str, ...]:
    return _order_of(reading, _key(reading, row)[: reading.ordered])


def _order_of(reading: Reading, key: Sequence[str | None]) -> tuple[Decimal | str, ...]:
    kinds = [reading.columns[place].type.kind for place in reading.key]
    return tuple(
        Decimal(text or 0) if kind in NUMBERS else text or ""
        for kind, text in zip(kinds, key, strict=False)
    )


def _hash(reading: Reading, row: Texts) -> str:
    served = [(c.form, text) for c, text in zip(reading.columns, row, strict=True) if c.form.served]
    return sha256_128(frame([form for form, _ in served], [text for _, text in served]))


def _folded(fold: Fold, name: str) -> Digest:
    number = int(name, 16)
    if fold is Fold.XOR:
        return Digest(1, 1, (number >> 64, number & (1 << 64) - 1), fold)
    lanes = tuple(int(name[start : start + 10], 16) for start in (0, 10, 20))
    return Digest(1, 1, lanes, fold)
