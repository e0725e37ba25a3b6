"""From two tables' definitions to what is read of each, and how the readings are compared."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import takewhile

from syncproof.domain.comparison import Options, TablePair
from syncproof.domain.difference import ColumnNote
from syncproof.domain.digest import Fingerprint, Fold
from syncproof.domain.errors import Incomparable
from syncproof.domain.table import Column, Kind, Table
from syncproof.engine.columns import Columns, Match, match_columns
from syncproof.engine.keys import Identity, identify
from syncproof.ports.database import Capabilities, Database, ReadColumn, Reading


@dataclass(frozen=True, slots=True)
class Plan:
    """How one pair of tables is compared. `repeats`: several rows may share a key, so rows are
    compared as multisets. Estimates are the servers' own and may be far off."""

    pair: TablePair
    source: Reading
    target: Reading
    repeats: bool
    notes: tuple[ColumnNote, ...]
    lacking: tuple[str, ...]
    """Columns that one side does not have, as `name (the target has no such column)`."""
    source_rows: int
    target_rows: int
    row_bytes: int
    schema: str
    own_ordered: tuple[int, int]
    """How many leading key columns each side's own index can cut ranges on, for reading that
    side alone; the other side may order otherwise."""

    @property
    def settled(self) -> tuple[int, ...]:
        """Positions whose unequal texts may still be equal values."""
        return tuple(i for i, column in enumerate(self.source.columns) if column.form.settled)

    @property
    def hashes_decide(self) -> bool:
        """Rows with different hashes differ, and rows with equal hashes do not."""
        return all(c.form.served and not c.form.settled for c in self.source.columns)


def make_plan(
    pair: TablePair,
    tables: tuple[Table, Table],
    databases: tuple[Database, Database],
    options: Options,
) -> Plan:
    """The plan to compare values. Raises Incomparable with the reason, and InvalidParameter
    where a side cannot take the condition."""
    able = databases[0].capabilities, databases[1].capabilities
    same_family = able[0].family == able[1].family
    columns = match_columns(pair, *tables, same_family)
    by_name = {match.source.name: match for match in columns.matches}
    identity = identify(*tables, by_name, same_family)
    if not identity.keyed:
        identity = _whole_row(identity, columns)
    names = columns.wanted | (set(identity.columns) if identity.keyed else set())
    compared = tuple(match for match in columns.matches if match.source.name in names)
    if not compared:
        raise Incomparable(reason=_no_columns(pair, columns))
    if not identity.columns:
        raise Incomparable(
            reason=f"{pair.source} has no key, nor a column whose text both servers give alike"
        )
    readings = _readings(pair, compared, identity, databases, shared_fingerprint(*able, options))
    return _plan(pair, tables, able, columns, compared, identity, readings)


def make_count_plan(
    pair: TablePair, tables: tuple[Table, Table], databases: tuple[Database, Database]
) -> Plan:
    """The plan to count rows: no column matters but those of a key to cut ranges on."""
    able = databases[0].capabilities, databases[1].capabilities
    columns = match_columns(
        TablePair(pair.source, pair.target), *tables, able[0].family == able[1].family
    )
    by_name = {match.source.name: match for match in columns.matches}
    identity = identify(*tables, by_name, able[0].family == able[1].family)
    if not identity.keyed or not identity.null_free:
        identity = Identity((), null_free=True, repeats=True, ordered=0, keyed=False)
    compared = tuple(by_name[name] for name in identity.columns)
    readings = _readings(pair, compared, identity, databases, Fingerprint.SHA256)
    silent = Columns((), frozenset(), (), ())
    return _plan(pair, tables, able, silent, (), identity, readings)


def shared_fingerprint(source: Capabilities, target: Capabilities, options: Options) -> Fingerprint:
    """The strongest hash that both sides have; HASHTEXT, the quickest, where both hash alike
    and the caller does not demand the cryptographic one."""
    shared = [hash for hash in source.fingerprints if hash in target.fingerprints]
    if options.fingerprint == Fingerprint.SHA256.value:
        shared = [hash for hash in shared if hash is Fingerprint.SHA256]
    elif Fingerprint.HASHTEXT in shared and _hash_alike(source, target):
        return Fingerprint.HASHTEXT
    shared = [hash for hash in shared if hash is not Fingerprint.HASHTEXT]
    for strongest in (Fingerprint.SHA256, Fingerprint.MD5):
        if strongest in shared:
            return strongest
    raise Incomparable(
        reason=f"the servers share no hash: {_words(source)} here, {_words(target)} there"
    )


def _hash_alike(source: Capabilities, target: Capabilities) -> bool:
    return source.hash_version != "" and source.hash_version == target.hash_version


def _words(able: Capabilities) -> str:
    return ", ".join(fingerprint.value for fingerprint in able.fingerprints) or "none"


def _whole_row(identity: Identity, columns: Columns) -> Identity:
    wanted = tuple(name for name in identity.columns if name in columns.wanted)
    return Identity(wanted, identity.null_free, identity.repeats, 0, keyed=False)


def _no_columns(pair: TablePair, columns: Columns) -> str:
    notes = (*columns.incomparable, *columns.lacking)
    why = "; ".join(f"{note.column}: {note.reason}" for note in notes) or "none is left"
    return f"{pair.source} and {pair.target} have no column to compare ({why})"


def _readings(
    pair: TablePair,
    compared: Sequence[Match],
    identity: Identity,
    databases: tuple[Database, Database],
    fingerprint: Fingerprint,
) -> tuple[Reading, Reading]:
    unique = identity.keyed and identity.null_free and not identity.repeats
    names = [match.source.name for match in compared]
    key = tuple(names.index(name) for name in identity.columns)

    written_for = databases[0].capabilities.family
    one_family = written_for == databases[1].capabilities.family

    def reading(database: Database, side: Sequence[Column], target: bool) -> Reading:
        return Reading(
            table=pair.target if target else pair.source,
            columns=tuple(
                ReadColumn(
                    column.name,
                    column.type,
                    match.form,
                    column.nullable,
                    alike=one_family and _one_type(match),
                )
                for column, match in zip(side, compared, strict=True)
            ),
            key=key,
            ordered=identity.ordered,
            fold=Fold.XOR if unique else Fold.SUM,
            fingerprint=fingerprint,
            condition=pair.condition and database.check_condition(pair.condition, written_for),
            null_free=identity.null_free,
            keyed=identity.keyed,
        )

    return (
        reading(databases[0], [match.source for match in compared], False),
        reading(databases[1], [match.target for match in compared], True),
    )


def _one_type(match: Match) -> bool:
    """Whether both columns are of one type; how text is ordered does not matter."""
    source, target = (
        replace(column.type, collation=None) for column in (match.source, match.target)
    )
    return source == target


def _plan(
    pair: TablePair,
    tables: tuple[Table, Table],
    able: tuple[Capabilities, Capabilities],
    columns: Columns,
    compared: Sequence[Match],
    identity: Identity,
    readings: tuple[Reading, Reading],
) -> Plan:
    losses = [
        ColumnNote(match.source.name, True, loss) for match in compared for loss in match.losses
    ]
    source, target = tables
    return Plan(
        pair=pair,
        source=readings[0],
        target=readings[1],
        repeats=identity.repeats,
        notes=(*losses, *columns.incomparable, *columns.lacking),
        lacking=tuple(f"{note.column} ({note.reason})" for note in columns.lacking),
        source_rows=max(source.rows, 0),
        target_rows=max(target.rows, 0),
        row_bytes=max(source.row_bytes, target.row_bytes, 1),
        schema=_schema(pair, tables, able, readings),
        own_ordered=(_own_ordered(source, readings[0]), _own_ordered(target, readings[1])),
    )


_CUTTABLE = frozenset(
    {
        Kind.INTEGER,
        Kind.DECIMAL,
        Kind.TEXT,
        Kind.BINARY,
        Kind.DATE,
        Kind.DATETIME,
        Kind.INSTANT,
        Kind.UUID,
    }
)


def _own_ordered(table: Table, reading: Reading) -> int:
    """Any bound cuts a side's rows exactly in two, whatever its order; it has to be a literal
    of the column's own type, and an index has to begin with these columns."""
    if not reading.keyed:
        return 0
    names: list[str] = []
    for column in (reading.columns[place] for place in reading.key):
        if column.form.kind is not column.type.kind or column.type.kind not in _CUTTABLE:
            break
        names.append(column.name)
    pairs = (zip(names, key.columns, strict=False) for key in table.keys)
    begun = (len(list(takewhile(lambda pair: pair[0] == pair[1], each))) for each in pairs)
    return max(begun, default=0)


def _schema(
    pair: TablePair,
    tables: tuple[Table, Table],
    able: tuple[Capabilities, Capabilities],
    readings: tuple[Reading, Reading],
) -> str:
    """What must still be so for chunks of an earlier run to count: the definitions, what is
    read of them, and that these are the same servers with the same data."""
    definitions = [(table.name, table.columns, table.keys) for table in tables]
    servers = [(one.family, one.version, one.identity) for one in able]
    return sha256(repr((pair, definitions, servers, readings)).encode()).hexdigest()
