"""Programs that were unpacked once and are used by every later run, also by several at once."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.servers.server import Unavailable


def unpacked(name: str, unpack: Callable[[Path], None]) -> Path:
    """The cached folder `name`, which `unpack` fills the first time.

    It appears whole or not at all, and whoever comes meanwhile waits. Raises `Unavailable` if
    `unpack` does or if the cache cannot be written.
    """
    home = _root() / name
    if home.is_dir():
        return home
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        with home.with_name(f".{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not home.is_dir():
                _fill(home, unpack)
    except OSError as error:
        raise Unavailable(f"the cache {home.parent} cannot be used: {error}") from error
    return home


def _fill(home: Path, unpack: Callable[[Path], None]) -> None:
    draft = Path(tempfile.mkdtemp(prefix=f".{home.name}-", dir=home.parent))
    try:
        unpack(draft)
        draft.chmod(0o755)
        draft.rename(home)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _root() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "syncproof" / "servers"
