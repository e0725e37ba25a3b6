"""Tables of random shape for two real servers, and what was planted in the target's copy."""

import math
import struct
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from syncproof.domain.canonical import float_text

Value = Any
Texts = tuple[str | None, ...]

WORDS = ("", "a", "A", "a ", " a", "é", "~", "1:a", "\\", "'", "null", "日本", "\t", "x" * 200)


@dataclass(frozen=True, slots=True)
class Kind:
    """A type as each family writes it, its values, a near miss of a value, canonical text."""

    mysql: str
    postgresql: str
    make: Callable[[Random], Value]
    miss: Callable[[Random, Value], Value]
    text: Callable[[Value], str] = str


def _flip_last_bit(_: Random, value: bytes) -> bytes:
    return value[:-1] + bytes([value[-1] ^ 1]) if value else b"\0"


def _other_case(dice: Random, value: str) -> str:
    others = [value.swapcase(), f"{value} ", value[:-1], f"{value}~"]
    return dice.choice([other for other in others if other != value])


def _microsecond(_: Random, value: datetime) -> datetime:
    return value + timedelta(microseconds=1)


def _moment(dice: Random) -> datetime:
    start = datetime(1971, 1, 1)
    return start + timedelta(days=dice.randrange(30_000), microseconds=dice.randrange(10**11))


def _double(dice: Random) -> float:
    while True:
        value: float = struct.unpack(">d", dice.randbytes(8))[0]
        if math.isfinite(value) and abs(value) > 1e-300:
            return value


BYTES = lambda dice: dice.randbytes(dice.choice((0, 1, 16, 40)))  # noqa: E731

KINDS = {
    "int": Kind("int", "integer", lambda d: d.randrange(-9, 10), lambda _, v: v + 1),
    "bigint": Kind(
        "bigint", "bigint", lambda d: d.randrange(-(2**63), 2**63 - 1), lambda _, v: v + 1
    ),
    "decimal": Kind(
        "decimal(20,4)",
        "numeric(20,4)",
        lambda d: Decimal(d.randrange(-(10**9), 10**9)).scaleb(-4),
        lambda _, v: v + Decimal("0.0001"),
        lambda v: f"{v:.4f}",
    ),
    "varchar": Kind("varchar(250)", "varchar(250)", lambda d: d.choice(WORDS), _other_case),
    "text": Kind("text", "text", lambda d: d.choice(WORDS) * d.choice((1, 9)), _other_case),
    "char": Kind("char(9)", "char(9)", lambda d: d.choice(("a", "B", "é9")), lambda _, v: f"{v}x"),
    "date": Kind(
        "date",
        "date",
        lambda d: date(1, 1, 1) + timedelta(days=d.randrange(3_600_000)),
        lambda _, v: v + timedelta(days=1),
        lambda v: v.isoformat(),
    ),
    "moment": Kind(
        "datetime(6)",
        "timestamp(6)",
        _moment,
        _microsecond,
        lambda v: v.isoformat(" ", "microseconds"),
    ),
    "double": Kind(
        "double",
        "double precision",
        _double,
        lambda _, v: math.nextafter(v, math.inf),
        float_text,
    ),
    "bytes": Kind("varbinary(50)", "bytea", BYTES, _flip_last_bit, lambda v: v.hex()),
    "blob": Kind("blob", "bytea", BYTES, _flip_last_bit, lambda v: v.hex()),
}

KEYS: dict[str, list[Kind]] = {
    "bigint": [Kind("bigint", "bigint", lambda d: d.randrange(-(2**63), 2**63), _flip_last_bit)],
    "dense": [Kind("int", "integer", lambda d: d.randrange(3_000), _flip_last_bit)],
    "unsigned": [
        Kind("bigint unsigned", "numeric(20)", lambda d: d.randrange(2**64), _flip_last_bit)
    ],
    "composite": [
        Kind("smallint", "smallint", lambda d: d.randrange(9), _flip_last_bit),
        Kind("varchar(20)", "varchar(20)", lambda d: f"k{d.randrange(10**6)}", _flip_last_bit),
        Kind("int", "integer", lambda d: d.randrange(5), _flip_last_bit),
    ],
    "text": [
        Kind("varchar(60)", "varchar(60)", lambda d: f"k é {d.randrange(10**6)}", _flip_last_bit)
    ],
    "decimal": [
        Kind(
            "decimal(18,6)",
            "numeric(18,6)",
            lambda d: Decimal(d.randrange(-(10**9), 10**9)).scaleb(-6),
            _flip_last_bit,
            lambda v: f"{v:.6f}",
        )
    ],
    "binary": [
        Kind("binary(8)", "bytea", lambda d: d.randbytes(8), _flip_last_bit, lambda v: v.hex())
    ],
    "date": [
        Kind(
            "date",
            "date",
            lambda d: date(1000, 1, 1) + timedelta(days=d.randrange(3_000_000)),
            _flip_last_bit,
            lambda v: v.isoformat(),
        )
    ],
    "uuid": [
        Kind(
            "char(36)",
            "uuid",
            lambda d: str(uuid.UUID(int=d.getrandbits(128))),
            _flip_last_bit,
        )
    ],
    "nullable": [
        Kind(
            "int",
            "integer",
            lambda d: None if d.random() < 0.1 else d.randrange(10**6),
            _flip_last_bit,
        )
    ],
    "none": [],
}


@dataclass(slots=True)
class Drawn:
    """A table: its columns, the rows of both sides; what stands in the key comes first."""

    name: str
    shape: str
    columns: list[Kind]
    nullable: list[bool]
    source: list[tuple[Value, ...]] = field(default_factory=list)
    target: list[tuple[Value, ...]] = field(default_factory=list)

    @property
    def key_width(self) -> int:
        """Columns of the key."""
        return len(KEYS[self.shape])

    def definition(self, family: str) -> str:
        """What stands between the parentheses of CREATE TABLE."""
        mysql = family != "postgresql"
        parts = [
            f"c{place} {kind.mysql if mysql else kind.postgresql}{'' if free else ' NOT NULL'}"
            for place, (kind, free) in enumerate(zip(self.columns, self.nullable, strict=True))
        ]
        names = ", ".join(f"c{place}" for place in range(self.key_width))
        if names:
            parts.append(f"{'UNIQUE' if self.shape == 'nullable' else 'PRIMARY KEY'} ({names})")
        return ", ".join(parts)

    def expected(self) -> Counter[tuple[str, Texts, frozenset[str]]]:
        """The differences by kind, key (of every column where rows repeat) and columns."""
        by_key: list[dict[Texts, Texts]] = [{}, {}]
        loose: list[Counter[Texts]] = [Counter(), Counter()]
        for rows, keyed, others in zip((self.source, self.target), by_key, loose, strict=True):
            for row in rows:
                texts = self._texts(row)
                key = texts[: self.key_width]
                if key and None not in key:
                    keyed[key] = texts
                else:
                    others[texts] += 1
        ours, theirs = by_key
        found: Counter[tuple[str, Texts, frozenset[str]]] = Counter()
        for key in ours.keys() | theirs.keys():
            kind, columns = _apart(ours.get(key), theirs.get(key))
            if kind:
                found[kind, key, columns] += 1
        for kind, rest in (
            ("only_source", loose[0] - loose[1]),
            ("only_target", loose[1] - loose[0]),
        ):
            for texts, copies in rest.items():
                key = texts[: self.key_width] if self.key_width else texts
                found[kind, key, frozenset()] += copies
        return found

    def _texts(self, row: tuple[Value, ...]) -> Texts:
        return tuple(
            None if value is None else kind.text(value)
            for kind, value in zip(self.columns, row, strict=True)
        )


def _apart(ours: Texts | None, theirs: Texts | None) -> tuple[str, frozenset[str]]:
    if ours is None or theirs is None:
        return ("only_target" if ours is None else "only_source"), frozenset()
    names = {f"c{i}" for i, (a, b) in enumerate(zip(ours, theirs, strict=True)) if a != b}
    return ("changed" if names else ""), frozenset(names)


def draw(dice: Random, number: int) -> Drawn:
    """A table with its rows, and a copy that was tampered with, or was not."""
    shape = dice.choice(sorted(KEYS))
    kinds = [KINDS[dice.choice(sorted(KINDS))] for _ in range(dice.randint(1, 7))]
    key = KEYS[shape]
    nullable = [shape == "nullable"] * len(key) + [dice.random() < 0.7 for _ in kinds]
    drawn = Drawn(f"t{number}_{shape}", shape, [*key, *kinds], nullable)
    taken: set[tuple[Value, ...]] = set()
    for _ in range(dice.choice((0, 1, 7, 60, 400))):
        if (row := _row(dice, drawn, taken)) is not None:
            drawn.source.append(row)
            if shape == "none" and dice.random() < 0.2:
                drawn.source.append(row)
    drawn.target = list(drawn.source)
    for _ in range(dice.choice((0, 0, 1, 3, 12))):
        dice.choice((_change, _change, _change, _delete, _insert, _swap))(dice, drawn, taken)
    dice.shuffle(drawn.target)
    return drawn


def _row(dice: Random, drawn: Drawn, taken: set[tuple[Value, ...]]) -> tuple[Value, ...] | None:
    """A row whose key is new; None where the dice gave one that is taken."""
    values = [
        None if free and place >= drawn.key_width and dice.random() < 0.15 else kind.make(dice)
        for place, (kind, free) in enumerate(zip(drawn.columns, drawn.nullable, strict=True))
    ]
    key = tuple(values[: drawn.key_width])
    if key and key in taken and None not in key:
        return None
    taken.add(key)
    return tuple(values)


def _change(dice: Random, drawn: Drawn, _: set[tuple[Value, ...]]) -> None:
    """A near miss in one cell, or NULL against something."""
    if not drawn.target:
        return
    at, place = (
        dice.randrange(len(drawn.target)),
        dice.randrange(drawn.key_width, len(drawn.columns)),
    )
    row, kind = list(drawn.target[at]), drawn.columns[place]
    if row[place] is None:
        row[place] = "" if kind.mysql in ("text", "varchar(250)") else kind.make(dice)
    elif drawn.nullable[place] and dice.random() < 0.2:
        row[place] = None
    else:
        row[place] = kind.miss(dice, row[place])
    drawn.target[at] = tuple(row)


def _delete(dice: Random, drawn: Drawn, _: set[tuple[Value, ...]]) -> None:
    if drawn.target:
        drawn.target.pop(dice.randrange(len(drawn.target)))


def _insert(dice: Random, drawn: Drawn, taken: set[tuple[Value, ...]]) -> None:
    if (row := _row(dice, drawn, taken)) is not None:
        drawn.target.append(row)


def _swap(dice: Random, drawn: Drawn, _: set[tuple[Value, ...]]) -> None:
    """One column's values of two rows change places: sums over columns would not see it."""
    if len(drawn.target) < 2:
        return
    one, other = dice.sample(range(len(drawn.target)), 2)
    place = dice.randrange(drawn.key_width, len(drawn.columns))
    rows = [list(drawn.target[one]), list(drawn.target[other])]
    rows[0][place], rows[1][place] = rows[1][place], rows[0][place]
    drawn.target[one], drawn.target[other] = tuple(rows[0]), tuple(rows[1])
