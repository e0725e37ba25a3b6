"""Which files the house rules are about."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "syncproof"


@cache
def modules() -> tuple[Path, ...]:
    """Every module of the product; migrations are records of the past, not code to keep short."""
    return tuple(path for path in sorted(PACKAGE.rglob("*.py")) if "versions" not in path.parts)


@cache
def tracked() -> tuple[Path, ...]:
    """Every file under version control that still exists."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


@cache
def text(path: Path) -> str:
    """A file's text; what is not text counts as empty."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path), filename=str(path))


def name(path: Path) -> str:
    """How a failure names a file."""
    return path.relative_to(ROOT).as_posix()
