"""What a comparison found, as a table for people and as JSON for programs."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from syncproof.domain.comparison import ComparisonKind, TablePair
from syncproof.domain.difference import Difference, Outcome, Verdict

_COLOURS = {
    Outcome.CONSISTENT: "green",
    Outcome.INCONSISTENT: "red",
    Outcome.FAILED: "magenta",
    Outcome.INCOMPARABLE: "yellow",
}
_WORDS = {"only_source": "only in source", "only_target": "only in target", "changed": "differs"}
SHOWN = 20
"""Differences of a table that are shown to people."""
_CUT = 60


@dataclass(frozen=True, slots=True)
class Found:
    """What one comparison found."""

    kind: ComparisonKind
    verdicts: Mapping[TablePair, Verdict]
    differences: Mapping[TablePair, Sequence[Difference]]
    seconds: float

    @property
    def exit_code(self) -> int:
        """0 equal, 1 different, 2 something could not be compared."""
        outcomes = {verdict.outcome for verdict in self.verdicts.values()}
        if not outcomes or outcomes - {Outcome.CONSISTENT, Outcome.INCONSISTENT}:
            return 2
        return 1 if Outcome.INCONSISTENT in outcomes else 0


def console() -> Console:
    """Standard output: in colour on a terminal, plain and never cut in a pipe."""
    return Console(soft_wrap=not sys.stdout.isatty(), width=None if sys.stdout.isatty() else 10_000)


def show(found: Found, out: Console) -> None:
    """Print a line for each table, then the differences of each."""
    summary = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("table", "verdict"):
        summary.add_column(heading)
    for heading in ("source rows", "target rows", "differ"):
        summary.add_column(heading, justify="right")
    for pair, verdict in found.verdicts.items():
        summary.add_row(
            _pair(pair),
            Text(verdict.outcome.value, style=_COLOURS.get(verdict.outcome, "")),
            _number(verdict.source_rows),
            _number(verdict.target_rows),
            _number(None if verdict.source_rows is None else verdict.differences),
        )
    out.print(summary)
    for pair, verdict in found.verdicts.items():
        _notes(pair, verdict, out)
        _differences(pair, verdict, found.differences.get(pair, ()), out)
    out.print(_closing(found), style="bold")


def _closing(found: Found) -> str:
    words = {0: "equal", 1: "different", 2: "not settled: something could not be compared"}
    tables = len(found.verdicts)
    return (
        f"{words[found.exit_code]}; {tables} table{'' if tables == 1 else 's'} in"
        f" {found.seconds:.1f} s; the data was taken to be at rest"
    )


def _pair(pair: TablePair) -> str:
    if pair.source == pair.target:
        return str(pair.source)
    return f"{pair.source} = {pair.target}"


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}".replace(",", " ")


def _notes(pair: TablePair, verdict: Verdict, out: Console) -> None:
    if verdict.message:
        out.print(Text(f"{_pair(pair)}: {verdict.message}"))
    for note in verdict.notes:
        prefix = "" if note.compared else "not compared: "
        out.print(Text(f"{pair.source}.{note.column}: {prefix}{note.reason}"))


def _differences(
    pair: TablePair, verdict: Verdict, kept: Sequence[Difference], out: Console
) -> None:
    if not kept:
        return
    rows = Table(box=None, pad_edge=False, header_style="bold", title_justify="left")
    for heading in ("key", "row", "column", "source", "target"):
        rows.add_column(heading, overflow="fold")
    for difference in kept[:SHOWN]:
        for line in _lines(difference):
            rows.add_row(*line)
    out.print()
    out.print(Text(_pair(pair), style="bold"))
    out.print(rows)
    hidden = verdict.differences - min(len(kept), SHOWN)
    if hidden > 0:
        out.print(Text(f"and {_number(hidden)} more (--json has those that were kept)"))


def _lines(difference: Difference) -> list[tuple[Text, Text, Text, Text, Text]]:
    key = Text(", ".join("NULL" if part is None else _cut(part) for part in difference.key))
    word = _WORDS[difference.kind.value]
    if difference.copies > 1:
        word += f" ({difference.copies} copies)"
    if difference.kind.value != "changed":
        return [(key, Text(word), Text(), Text(), Text())]
    return [
        (
            key,
            Text(word),
            Text(column.name),
            Text(_cut(column.source_literal or ""), style="green"),
            Text(_cut(column.target_literal or ""), style="red"),
        )
        for column in difference.columns
    ]


def _cut(text: str) -> str:
    return text if len(text) <= _CUT else f"{text[:_CUT]}…"


def as_json(found: Found) -> dict[str, Any]:
    """The documented JSON form (`docs/reference/json.md`)."""
    return {
        "version": 1,
        "type": found.kind.value,
        "result": {0: "equal", 1: "different", 2: "unsettled"}[found.exit_code],
        "basis": "at rest",
        "seconds": round(found.seconds, 3),
        "tables": [
            _table(pair, verdict, found.differences.get(pair, ()))
            for pair, verdict in found.verdicts.items()
        ],
    }


def _table(pair: TablePair, verdict: Verdict, kept: Sequence[Difference]) -> dict[str, Any]:
    return {
        "source": {"database": pair.source.database, "table": pair.source.name},
        "target": {"database": pair.target.database, "table": pair.target.name},
        "verdict": verdict.outcome.value,
        "source_rows": verdict.source_rows,
        "target_rows": verdict.target_rows,
        "differences": verdict.differences,
        "only_source": verdict.only_source,
        "only_target": verdict.only_target,
        "changed": verdict.changed,
        "message": verdict.message,
        "status": verdict.status,
        "fingerprint": verdict.fingerprint,
        "notes": [
            {"column": n.column, "compared": n.compared, "reason": n.reason} for n in verdict.notes
        ],
        "rows": [_row(difference) for difference in kept],
    }


def _row(difference: Difference) -> dict[str, Any]:
    return {
        "key": list(difference.key),
        "kind": difference.kind.value,
        "copies": difference.copies,
        "source_select": difference.source_select,
        "target_select": difference.target_select,
        "columns": [
            {
                "name": column.name,
                "source": column.source,
                "target": column.target,
                "source_literal": column.source_literal,
                "target_literal": column.target_literal,
            }
            for column in difference.columns
        ],
    }
