"""Debian packages of another suite, unpacked into a folder: nothing is installed, no root needed.

apt gets its own state and cache, and a source list made of this machine's own Debian mirror.
What is unpacked carries its own C library, so it runs on any Linux, through its own loader.
"""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.servers.server import Unavailable
from tests.servers.started.cache import unpacked

_SOURCES = Path("/etc/apt")
_SECONDS = 600


def programs(name: str, suite: str, *packages: str) -> Path:
    """The folder that holds the packages and all that they depend on. Raises `Unavailable`."""
    return unpacked(name, lambda folder: _unpack(folder, suite, packages))


def loader(root: Path) -> list[str]:
    """The start of a command that runs one of `root`'s programs with `root`'s own libraries."""
    for folder in ("usr/lib", "lib"):
        for program in sorted(root.glob(f"{folder}/*-linux-gnu/ld-linux-*.so.*")):
            name = program.parent.name
            libraries = [
                root / "usr/lib" / name,
                root / "lib" / name,
                root / "usr/lib/mysql/private",
            ]
            return [str(program), "--library-path", ":".join(map(str, libraries))]
    raise Unavailable(f"no loader in {root}")


def _unpack(folder: Path, suite: str, packages: tuple[str, ...]) -> None:
    for program in ("apt-get", "dpkg-deb"):
        if shutil.which(program) is None:
            raise Unavailable(f"this machine has no {program} to fetch {packages[0]} with")
    with tempfile.TemporaryDirectory(prefix="syncproof-apt-") as state:
        for package in _download(Path(state), suite, packages):
            _run("dpkg-deb", "-x", str(package), str(folder))


def _download(state: Path, suite: str, packages: tuple[str, ...]) -> list[Path]:
    (state / "lists/partial").mkdir(parents=True)
    (state / "cache/archives/partial").mkdir(parents=True)
    (state / "status").touch()
    (state / "sources.list").write_text(_source_of(suite))
    options = [
        f"-oDir::State::Lists={state}/lists",
        f"-oDir::State::Status={state}/status",
        f"-oDir::Cache={state}/cache",
        f"-oDir::Etc::SourceList={state}/sources.list",
        "-oDir::Etc::SourceParts=/dev/null",
        "-oDebug::NoLocking=1",
        "-oAPT::Sandbox::User=root",
    ]
    # A machine's own hooks may fail the update without harm, so only the download's result counts.
    subprocess.run(
        ["apt-get", *options, "update"], capture_output=True, timeout=_SECONDS, check=False
    )
    _run(
        *("apt-get", *options, "install", "--yes", "--download-only"),
        *("--no-install-recommends", *packages),
    )
    return sorted(state.glob("cache/archives/*.deb"))


def _source_of(suite: str) -> str:
    """One line for apt: this machine's Debian mirror and key, with another suite."""
    for path in sorted(_SOURCES.glob("sources.list.d/*.sources")):
        for stanza in path.read_text().split("\n\n"):
            fields = dict(re.findall(r"^([A-Za-z-]+):[ \t]*(.+)$", stanza, re.MULTILINE))
            if "debian-archive" in fields.get("Signed-By", "") and "security" not in stanza:
                mirror = fields["URIs"].split()[0]
                return f"deb [signed-by={fields['Signed-By']}] {mirror} {suite} main\n"
    for path in [_SOURCES / "sources.list", *sorted(_SOURCES.glob("sources.list.d/*.list"))]:
        for line in path.read_text().splitlines() if path.exists() else ():
            found = re.match(r"deb\s+(\[[^]]*\]\s+)?(\S+/debian/?)\s+(?!\S*security)\S+\s.*", line)
            if found:
                return f"deb {found[1] or ''}{found[2]} {suite} main\n"
    raise Unavailable("this machine's apt has no Debian mirror")


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False, text=True)
    if done.returncode:
        raise Unavailable(f"{command[0]} failed: {done.stderr[-1000:].strip()}")
