"""`syncproof compare SOURCE TARGET`: compare once, now, and say what differs."""

import asyncio
import sys
import time
from collections import defaultdict
from contextlib import AsyncExitStack, aclosing
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from syncproof.cli import dsn, scope
from syncproof.cli.show import Found, as_json, console, show
from syncproof.databases.registry import open_database
from syncproof.domain.comparison import ComparisonKind, Options, TablePair
from syncproof.domain.difference import Difference, Verdict
from syncproof.domain.errors import InvalidParameter, SyncproofError
from syncproof.domain.events import ChunkDone, Event, TableDone, TablePlanned
from syncproof.engine.run import Task
from syncproof.engine.run import compare as compared
from syncproof.ports.database import Limits

_KINDS = {"lines": ComparisonKind.LINES, "contents": ComparisonKind.CONTENTS}


def compare(
    source: Annotated[str, typer.Argument(help="DSN: family://user:password@host:port/database")],
    target: Annotated[str, typer.Argument(help="DSN of what should equal it")],
    type_: Annotated[
        str, typer.Option("--type", help="'contents' (every value) or 'lines' (row counts)")
    ] = "contents",
    database: Annotated[
        list[str] | None, typer.Option(help="database or schema, SOURCE=TARGET where names differ")
    ] = None,
    table: Annotated[
        list[str] | None,
        typer.Option(help="table, wildcards allowed; DB.TABLE=DB.TABLE where names differ"),
    ] = None,
    where: Annotated[
        str | None,
        typer.Option(help="condition on the rows of both sides, as the source writes it"),
    ] = None,
    columns: Annotated[str | None, typer.Option(help="only these columns, by comma")] = None,
    except_: Annotated[
        str | None, typer.Option("--except", help="all but these columns, by comma")
    ] = None,
    limit: Annotated[int, typer.Option(min=0, help="differences kept of each table")] = 10_000,
    connections: Annotated[int, typer.Option(min=1, max=64, help="the most on each side")] = 8,
    fingerprint: Annotated[str, typer.Option(help="'auto' or 'sha256'")] = "auto",
    at_rest: Annotated[
        bool, typer.Option("--at-rest", help="nothing moves on either side; taken as given")
    ] = True,
    json: Annotated[bool, typer.Option("--json", help="the result as JSON")] = False,
) -> None:
    """Say for each table whether it is equal, and if not, which rows and columns differ.

    Exit code 0: equal. 1: different. 2: something could not be compared.
    """
    try:
        options = _options(type_, limit, connections, fingerprint)
        ends = (dsn.parse(source, "source"), dsn.parse(target, "target"))
        wanted = scope.Wanted(database or (), table or (), where, _names(columns), _names(except_))
        found = asyncio.run(_compare(_KINDS[type_], ends, wanted, options, quiet=json))
    except SyncproofError as error:
        _fail(_words(error))
    except KeyboardInterrupt:
        print("interrupted; nothing was settled", file=sys.stderr)
        raise typer.Exit(130) from None
    if json:
        sys.stdout.write(orjson.dumps(as_json(found), option=orjson.OPT_INDENT_2).decode() + "\n")
    else:
        show(found, console())
    raise typer.Exit(found.exit_code)


def _options(kind: str, limit: int, connections: int, fingerprint: str) -> Options:
    if kind not in _KINDS:
        raise InvalidParameter(name="--type", reason="it is contents or lines")
    if fingerprint not in ("auto", "sha256"):
        raise InvalidParameter(name="--fingerprint", reason="it is auto or sha256")
    return Options(difference_limit=limit, connections=connections, fingerprint=fingerprint)


def _names(text: str | None) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()] if text else []


def _fail(message: str) -> None:
    print(f"syncproof: {message}", file=sys.stderr)
    raise typer.Exit(2)


def _words(error: SyncproofError) -> str:
    words = error.code.replace("_", " ")
    details = "; ".join(value for value in error.parameters.values() if value)
    return f"{words}: {details}" if details else words


async def _compare(
    kind: ComparisonKind,
    ends: tuple[dsn.Endpoint, dsn.Endpoint],
    wanted: scope.Wanted,
    options: Options,
    quiet: bool,
) -> Found:
    limits = Limits(options.connections, options.statement_seconds)
    started = time.monotonic()
    async with AsyncExitStack() as stack:
        source = await stack.enter_async_context(open_database(ends[0].address, limits))
        target = await stack.enter_async_context(open_database(ends[1].address, limits))
        pairs = await scope.pairs(wanted, ends, source, target)
        if not pairs:
            raise InvalidParameter(name="tables", reason="no table matches on either side")
        if wanted.condition is not None:
            for side in (source, target):
                side.check_condition(wanted.condition, source.capabilities.family)
        collected = _Collected(quiet)
        with collected.progress:
            async with aclosing(
                compared(Task(kind, tuple(pairs), options), source, target)
            ) as events:
                async for event in events:
                    collected.hear(event)
    verdicts = {pair: collected.verdicts[pair] for pair in pairs}
    return Found(kind, verdicts, collected.differences, time.monotonic() - started)


class _Collected:
    """What the events say, and bars that follow them on a terminal."""

    def __init__(self, quiet: bool) -> None:
        self.verdicts: dict[TablePair, Verdict] = {}
        self.differences: dict[TablePair, list[Difference]] = defaultdict(list)
        self._bars: dict[TablePair, TaskID] = {}
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=quiet or not sys.stderr.isatty(),
            transient=True,
        )

    def hear(self, event: Event) -> None:
        """Take note of one event."""
        match event:
            case TablePlanned():
                name = str(event.pair.source)
                self._bars[event.pair] = self.progress.add_task(
                    name, total=max(event.rows, 1), rate=""
                )
            case ChunkDone():
                self.differences[event.pair].extend(event.differences)
                self._advance(event)
            case TableDone():
                self.verdicts[event.pair] = event.verdict
                if event.pair in self._bars:
                    self.progress.remove_task(self._bars.pop(event.pair))

    def _advance(self, event: ChunkDone) -> None:
        bar = self._bars.get(event.pair)
        if bar is not None:
            speed = self.progress.tasks[self.progress.task_ids.index(bar)].speed
            rate = f"{speed:,.0f} rows/s" if speed else ""
            self.progress.update(bar, advance=event.source_rows, rate=rate)
