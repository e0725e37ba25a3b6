"""What is measured: whole processes for syncproof and its peer, one statement for the server."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import table
from syncproof.databases.registry import open_database
from syncproof.domain.chunk import Chunk
from syncproof.domain.comparison import Options, TablePair
from syncproof.domain.table import TableName
from syncproof.engine.plan import make_plan
from syncproof.ports.database import Address, Database, Reading, Secret
from tests.servers import Server

BIN = Path(sys.executable).parent
_WIDE = {"COLUMNS": "100000"}
"""The peer wraps its JSON at the width of a terminal."""


@dataclass(frozen=True, slots=True)
class Side:
    """A server and the database that holds the measured table."""

    server: Server
    database: str

    @property
    def dsn(self) -> str:
        """The side as both tools take it."""
        return self.server.dsn(self.database)

    @property
    def table(self) -> TableName:
        """The measured table as this family names it."""
        namespace = "public" if self.server.family == "postgresql" else self.database
        return TableName(namespace, table.NAME)

    def address(self) -> Address:
        """The side as the engine takes it."""
        s = self.server
        return Address(s.family, ((s.host, s.port),), s.user, Secret(s.password), self.database)


def syncproof(source: Side, target: Side, expected: int) -> float:
    """Seconds of `syncproof compare` as a whole process; it must report every difference."""
    command = [str(BIN / "syncproof"), "compare", source.dsn, target.dsn, "--json"]
    command += ["--table", f"{source.table}={target.table}", "--limit", "1000000"]
    seconds, output = _timed(command, (0, 1))
    found = sum(t["differences"] for t in json.loads(output)["tables"])
    if found != expected:
        raise SystemExit(f"syncproof found {found} differences, planted were {expected}")
    return seconds


def reladiff(source: Side, target: Side, expected: int) -> float:
    """Seconds of `reladiff` as a whole process with its defaults, every column compared."""
    command = [str(BIN / "reladiff"), source.dsn, table.NAME, target.dsn, table.NAME]
    command += ["-k", "id", "-c", "%", "--json"]
    seconds, output = _timed(command, (0,))
    found = len({json.loads(line)[1][0] for line in output.splitlines() if line.strip()})
    if found != expected:
        print(f"  reladiff reported {found} keys, planted were {expected}", file=sys.stderr)
    return seconds


def _timed(command: Sequence[str], accepted: tuple[int, ...]) -> tuple[float, str]:
    started = time.perf_counter()
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | _WIDE
    )
    seconds = time.perf_counter() - started
    if done.returncode not in accepted:
        raise SystemExit(f"{command[0]} ended with {done.returncode}: {done.stderr[-2000:]}")
    return seconds, done.stdout


def bare_digest(source: Side, target: Side) -> float:
    """Seconds of the slower side's digest of the whole table in one statement, alone."""
    return asyncio.run(_bare_digest(source, target))


async def _bare_digest(source: Side, target: Side) -> float:
    async with (
        open_database(source.address()) as one,
        open_database(target.address()) as two,
    ):
        readings = await _readings(source, target, one, two)
        times = [await _digest_seconds(d, r) for d, r in zip((one, two), readings, strict=True)]
        return max(times)


async def _readings(
    source: Side, target: Side, one: Database, two: Database
) -> tuple[Reading, Reading]:
    tables = await asyncio.gather(one.describe([source.table]), two.describe([target.table]))
    plan = make_plan(
        TablePair(source.table, target.table),
        (tables[0][source.table], tables[1][target.table]),
        (one, two),
        Options(),
    )
    return plan.source, plan.target


async def _digest_seconds(database: Database, reading: Reading) -> float:
    started = time.perf_counter()
    await database.digests(reading, [Chunk()])
    return time.perf_counter() - started
