"""How PostgreSQL writes canonical text, hashes and folds."""

from collections.abc import Sequence

from syncproof.databases.dialect import Dialect, keys, served
from syncproof.domain.canonical import NAN_BITS, NULL_MARK
from syncproof.domain.digest import Fingerprint, Fold
from syncproof.domain.table import ColumnType, Kind
from syncproof.ports.database import ReadColumn, Reading

_LARGEST_SINGLE = "3.4028235677973366e38"
"""From here on a double rounds to no finite single."""


_OWN_TEXT = frozenset(
    {Kind.INTEGER, Kind.BOOLEAN, Kind.DATE, Kind.TIME, Kind.DATETIME, Kind.INSTANT, Kind.UUID}
)
"""Kinds whose equal values of one type have one text."""
_SEPARATOR = "E'\\x01'"
_MOST_ARGUMENTS = 90


class PostgreSQLDialect(Dialect):
    """PostgreSQL 13 and later, in a database whose encoding is UTF-8."""

    bytes_a_character = 1
    trims_scale = True
    """`trim_scale(numeric)` is there (13)."""
    utf8 = True
    """The server's encoding is UTF-8, so that octet_length counts its bytes."""

    def name(self, identifier: str) -> str:
        return '"' + identifier.replace('"', '""') + '"'

    def joined(self, parts: Sequence[str]) -> str:
        return f"({' || '.join(parts)})"

    def octets(self, text: str) -> str:
        measured = text if self.utf8 else f"convert_to({text}, 'UTF8')"
        return f"octet_length({measured})"

    def characters(self, text: str) -> str:
        return f"length({text})"

    def same(self, text: str, other: str) -> str:
        return f'{text} COLLATE "C" = {other}'

    def string(self, text: str) -> str:
        quoted = text.replace("'", "''")
        if "\\" in text:
            return " E'" + quoted.replace("\\", "\\\\") + "'"
        return f"'{quoted}'"

    def sha256(self, text: str) -> str:
        return f"encode(sha256({self._bytes(text)}), 'hex')"

    def _bytes(self, text: str) -> str:
        return f"convert_to({text}, 'UTF8')"

    def hash(self, frame: str, reading: Reading) -> str:
        match reading.fingerprint:
            case Fingerprint.SHA256:
                return f"left({self.sha256(frame)}, 32)"
            case Fingerprint.MD5:
                return f"md5({self._bytes(frame)})"
            case Fingerprint.HASHTEXT:
                halves = (f"lpad(to_hex({_hashtext(frame, n)}), 16, '0')" for n in (1, 2))
                return f"({' || '.join(halves)})"

    def row_frame(self, reading: Reading) -> str:
        own = reading.fingerprint is Fingerprint.HASHTEXT
        return self._own_frame(served(reading)) if own else super().row_frame(reading)

    def key_frame(self, reading: Reading) -> str:
        own = reading.fingerprint is Fingerprint.HASHTEXT
        return self._own_frame(keys(reading)) if own else super().key_frame(reading)

    def _own_frame(self, columns: Sequence[ReadColumn]) -> str:
        """The frame that only servers of one version read: texts, each after a character that
        none of the fixed alphabets has, then the lengths of the free ones, which say where each
        of them ends. It takes concat_ws half the time of as many `||`, but that passes over NULL;
        of a free text the length is -1 then."""
        texts = [self._own_text(column) for column in columns]
        lengths = [self._own_length(column) for column in columns if column.form.free]
        return _concatenated([*texts, *lengths]) if columns else "''"

    def _own_text(self, column: ReadColumn) -> str:
        name = self.name(column.name)
        text = name if _is_plain(column) else self.text(column)
        if column.form.free or not column.nullable:
            return text
        return f"coalesce({f'{name}::text' if text == name else text}, '{NULL_MARK}')"

    def _own_length(self, column: ReadColumn) -> str:
        measured = _is_plain(column) and column.type.native.startswith(("text", "character"))
        length = self.octets(self.name(column.name) if measured else self.text(column))
        return f"coalesce({length}, -1)" if column.nullable else length

    def bucket(self, key_hash: str, of: int) -> str:
        return f"(('x' || left({key_hash}, 4))::bit(16)::int & {of - 1})"

    def digest(self, reading: Reading, where: str, label: str, group: str = "") -> str:
        """The frame is computed in a subquery that OFFSET 0 keeps apart: once a row."""
        grouped = ", b" if group else ""
        inner = f"SELECT {self.row_frame(reading)} AS f{f', {label} AS b' if group else ''}"
        inner += f" FROM {self.table(reading)} WHERE {where} OFFSET 0"
        hashes, fold = self._folded(reading)
        return (
            f"SELECT {'b' if group else label}, count(*), count(h), {fold}"
            f" FROM (SELECT {hashes}{grouped} FROM ({inner}) framed OFFSET 0) hashed {group}"
        )

    def _folded(self, reading: Reading) -> tuple[str, str]:
        """What is taken of each frame, and how it is folded to a text of lanes."""
        if reading.fold is Fold.SUM:
            lanes = (f"sum(('x' || substr(h, {s}, 10))::bit(40)::bigint)" for s in (1, 11, 21))
            return f"{self.hash('f', reading)} AS h", " || ' ' || ".join(
                f"coalesce({lane}, 0)" for lane in lanes
            )
        if reading.fingerprint is Fingerprint.HASHTEXT:
            hashes = f"{_hashtext('f', 1)} AS h, {_hashtext('f', 2)} AS i"
            return hashes, "coalesce(bit_xor(h), 0) || ' ' || coalesce(bit_xor(i), 0)"
        return f"('x' || {self.hash('f', reading)})::bit(128) AS h", "bit_xor(h)::text"

    def text(self, column: ReadColumn) -> str:
        name, kind, form = self.name(column.name), column.type, column.form
        match form.kind:
            case Kind.INTEGER | Kind.BOOLEAN:
                return _number(name, kind)
            case Kind.DECIMAL:
                return self._decimal(name, kind, form.scale)
            case Kind.FLOAT:
                return _float(name, kind, form.single)
            case Kind.BINARY:
                return self._hex(name, kind)
            case Kind.DATE:
                return _date(name)
            case Kind.DATETIME | Kind.INSTANT:
                return _moment(name, kind, form.fraction)
            case Kind.TIME:
                return _left(
                    f"to_char({_rounded(name, kind, form.fraction)}, 'HH24:MI:SS.US')",
                    8,
                    form.fraction,
                )
            case Kind.UUID if kind.kind is not Kind.UUID:
                return f"lower({name}::text)"
            case _:
                return f"{name}::text"

    def _decimal(self, name: str, kind: ColumnType, scale: int | None) -> str:
        if kind.kind is Kind.INTEGER or (scale is not None and kind.scale == scale):
            return _number(name, kind)
        value = f"{name}::numeric"
        if self.trims_scale:
            return f"trim_scale({value})::text"
        return f"regexp_replace({value}::text, '(\\.\\d*?)0+$|\\.$', '\\1')"

    def _hex(self, name: str, kind: ColumnType) -> str:
        if kind.kind is Kind.UUID:
            return f"replace({name}::text, '-', '')"
        value = name if kind.kind is Kind.BINARY else self._bytes(f"{name}::text")
        return f"encode({value}, 'hex')"

    def value(self, column: ReadColumn, text: str) -> str:
        kind = column.type
        match kind.kind:
            case Kind.INTEGER:
                return f"'{text}'::{kind.native}" if text.startswith("-") else text
            case Kind.BINARY:
                return f"'\\x{text}'::bytea"
            case Kind.BITS:
                return f"B'{text}'"
            case Kind.TEXT:
                return self.string(text)
            case Kind.BOOLEAN:
                return f"'{text}'::boolean"
            case Kind.DATE | Kind.DATETIME | Kind.INSTANT:
                zone = "+00" if kind.kind is Kind.INSTANT and text[-1].isdigit() else ""
                return f"'{_era(text)}{zone}'::{kind.native}"
            case _:
                return f"'{text}'::{kind.native}"


def _hashtext(text: str, seed: int) -> str:
    """Its bytes are what is hashed; columns of two collations would leave it none to go by."""
    return f'hashtextextended({text} COLLATE "C", {seed})'


def _is_plain(column: ReadColumn) -> bool:
    """Whether the server's own text is the same for equal values, and only for these."""
    kind = column.type
    scaled = kind.native.startswith("numeric") and kind.scale is not None
    return column.alike and (column.form.free or column.form.kind in _OWN_TEXT or scaled)


def _concatenated(parts: Sequence[str]) -> str:
    """A function takes 100 arguments."""
    while len(parts) > _MOST_ARGUMENTS:
        groups = range(0, len(parts), _MOST_ARGUMENTS)
        parts = [_concatenated(parts[start : start + _MOST_ARGUMENTS]) for start in groups]
    return f"concat_ws({_SEPARATOR}, {', '.join(parts)})"


def _number(name: str, kind: ColumnType) -> str:
    match kind.kind:
        case Kind.BOOLEAN:
            return f"{name}::int::text"
        case Kind.BITS if kind.bits != 1:
            return f"lpad({name}::text, 64, '0')::bit(64)::bigint::text"
        case Kind.DECIMAL if kind.native == "money":
            return f"{name}::numeric::text"
        case _:
            return f"{name}::text"


def _float(name: str, kind: ColumnType, single: bool) -> str:
    value = f"{name}::float8"
    if single and kind.bits != 32:
        value = (
            f"(CASE WHEN abs({value}) < {_LARGEST_SINGLE} THEN {value}::real::float8"
            f" ELSE {value} END)"
        )
    bits = f"encode(float8send({value}), 'hex')"
    return f"CASE WHEN {name} = 'NaN' THEN '{NAN_BITS}' ELSE {bits} END"


def _date(name: str) -> str:
    return (
        f"CASE WHEN {name} < '0001-01-01' AND {name} > '-infinity' THEN {_before_christ(name)}"
        f" || to_char({name}, '-MM-DD') ELSE {name}::text END"
    )


def _before_christ(name: str) -> str:
    """Years are astronomical: 1 BC is 0, 44 BC is -43."""
    year = f"(extract(year from {name})::int + 1)"
    return f"(CASE WHEN {year} < 0 THEN '-' ELSE '' END || lpad(abs({year})::text, 4, '0'))"


def _moment(name: str, kind: ColumnType, fraction: int) -> str:
    if kind.kind is Kind.INSTANT:
        name = f"({name} AT TIME ZONE 'UTC')"
    elif kind.kind is Kind.DATE:
        name = f"{name}::timestamp"
    value = _rounded(name, kind, fraction)
    common = _left(f"to_char({value}, 'YYYY-MM-DD HH24:MI:SS.US')", None, fraction)
    rare = _left(f"to_char({value}, '-MM-DD HH24:MI:SS.US')", None, fraction)
    return (
        f"CASE WHEN {name} >= '0001-01-01' AND {name} < 'infinity' THEN {common}"
        f" WHEN isfinite({name}) THEN {_before_christ(value)} || {rare} ELSE {name}::text END"
    )


def _rounded(name: str, kind: ColumnType, fraction: int) -> str:
    kept = 6 if kind.fraction is None else kind.fraction
    if kind.kind is Kind.DATE or kept <= fraction:
        return name
    return f"{name}::{'time' if kind.kind is Kind.TIME else 'timestamp'}({fraction})"


def _left(text: str, length: int | None, fraction: int) -> str:
    """A text that ends in six digits of seconds, cut to `fraction` of them."""
    if fraction == 6:
        return text
    if length is not None:
        return f"left({text}, {length + (fraction + 1 if fraction else 0)})"
    return f"left({text}, {fraction - 6 if fraction else -7})"


def _era(text: str) -> str:
    """A date of the law as PostgreSQL reads it: years before 1 are BC."""
    if text[0].isalpha() or text.startswith("-infinity"):
        return text
    year, rest = text[1:].split("-", 1) if text.startswith("-") else text.split("-", 1)
    number = -int(year) if text.startswith("-") else int(year)
    return text if number > 0 else f"{1 - number:04d}-{rest} BC"
