"""`python -m bench`: every work of the project's goals, and a table of ratios.

Each run of a work does syncproof, the bare server and the peer in turn, so that a machine whose
speed drifts does not favour one; medians and the ratios of medians are printed.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench import load, memory, subjects, table
from bench.subjects import Side
from tests import servers


@dataclass(frozen=True, slots=True)
class Work:
    """One line of the table: a pairing, what is changed on the target, how many rows differ."""

    name: str
    pairing: tuple[str, str]
    changes: Callable[[int], list[str]]
    expected: Callable[[int], int]


def _nothing(_: int) -> list[str]:
    return []


WORKS = (
    Work("mysql-equal", ("mysql", "mysql"), _nothing, lambda rows: 0),
    Work("mysql-six", ("mysql", "mysql"), table.six_differences, lambda rows: 7),
    Work("mysql-percent", ("mysql", "mysql"), lambda _: table.share(100), lambda rows: rows // 100),
    Work("postgresql-equal", ("postgresql", "postgresql"), _nothing, lambda rows: 0),
    Work("mysql-postgresql-equal", ("mysql", "postgresql"), _nothing, lambda rows: 0),
)


def main() -> None:
    """Parse the arguments and measure."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", choices=[*(w.name for w in WORKS), "memory"], action="append")
    parser.add_argument("--memory-rows", type=int, nargs="*", default=[2_000_000, 8_000_000])
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="syncproof-bench-") as folder:
        for work in WORKS:
            if not wanted.only or work.name in wanted.only:
                _measure(work, Path(folder), wanted.rows, wanted.runs)
        if not wanted.only or "memory" in wanted.only:
            for line in memory.measure(Path(folder), wanted.memory_rows):
                print(line, flush=True)


def _measure(work: Work, folder: Path, rows: int, runs: int) -> None:
    source, target = sides(work.pairing)
    load.fill(source, folder, rows)
    load.fill(target, folder, rows)
    load.change(target, work.changes(rows))
    expected = work.expected(rows)
    subjects.bare_digest(source, target)
    seconds = [tuple(_run(source, target, expected)) for _ in range(runs)]
    ours, bare, peer = (median(column) for column in zip(*seconds, strict=True))
    print(
        f"{work.name:24} {rows:>9} rows  syncproof {ours:7.2f} s  bare digest {bare:7.2f} s"
        f"  reladiff {peer:7.2f} s  ours/bare {ours / bare:5.2f}  ours/reladiff {ours / peer:5.3f}",
        flush=True,
    )


def _run(source: Side, target: Side, expected: int) -> Iterator[float]:
    yield subjects.syncproof(source, target, expected)
    yield subjects.bare_digest(source, target)
    yield subjects.reladiff(source, target, expected)


def sides(pairing: tuple[str, str]) -> tuple[Side, Side]:
    """Two servers of the families asked for, never the same one twice."""
    first = {"mysql": servers.mysql, "postgresql": servers.postgresql}
    second = {"mysql": servers.mysql_second, "postgresql": servers.postgresql_second}
    source, target = pairing
    return Side(first[source](), load.DATABASE), Side(second[target](), load.DATABASE)


if __name__ == "__main__":
    main()
