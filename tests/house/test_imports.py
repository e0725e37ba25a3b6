"""Imports go down, and the floors that must stay pure import nothing that is not."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.files import PACKAGE, ROOT, modules, name, tree

DRIVERS = frozenset({"aiosqlite", "asyncmy", "asyncpg", "sqlalchemy", "alembic", "psycopg"})
HTTP = frozenset({"fastapi", "starlette", "uvicorn", "httpx"})
PURE = ("domain", "ports")  # standard library and ours only
DRIVERLESS = ("engine", "objects")


def test_the_import_contracts_hold() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("floor", PURE)
def test_a_pure_floor_imports_only_the_standard_library(floor: str) -> None:
    allowed = sys.stdlib_module_names | {"syncproof"}
    assert {where for where, top in _imports(floor) if top not in allowed} == set()


@pytest.mark.parametrize("floor", DRIVERLESS)
def test_the_engine_knows_no_driver_and_no_http(floor: str) -> None:
    assert {where for where, top in _imports(floor) if top in DRIVERS | HTTP} == set()


def _imports(floor: str) -> Iterator[tuple[str, str]]:
    """Where a floor imports what: the file with the module's name, and its top-level package."""
    for path in modules():
        if path.relative_to(PACKAGE).parts[0] != floor:
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            else:
                continue
            yield from ((f"{name(path)}: {module}", module.partition(".")[0]) for module in names)
