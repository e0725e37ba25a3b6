"""Every knob, read once: SYNCPROOF_… variables, then a TOML file, then what stands here."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from syncproof.domain.errors import InvalidParameter

_PREFIX = "SYNCPROOF_"


def _knob(default: Any, words: str) -> Any:
    return field(default=default, metadata={"help": words})


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set; the variable of `listen` is SYNCPROOF_LISTEN, its TOML key `listen`."""

    home: str = _knob("~/.local/share/syncproof", "folder of what syncproof keeps")
    store: str = _knob("", "SQLAlchemy URL of the store; default: SQLite in the home folder")
    listen: str = _knob("127.0.0.1:8470", "host:port of the API")
    admin_password: str = _knob("", "password of admin, made at the first start")
    quick_comparison: str = _knob("", "users or projects that may use quick_comparison, * for all")
    secret_key_file: str = _knob("", "file of the key that secrets are sealed with")
    connections: int = _knob(8, "connections to a database at once, at most")
    statement_seconds: int = _knob(300, "time limit of a statement, enforced by the server")
    difference_limit: int = _knob(10_000, "differences kept of a table; counting never stops")
    comparisons: int = _knob(2, "comparisons that a worker runs at once")
    lease_seconds: int = _knob(10, "after so long without a sign of life a worker is given up")
    token_hours: int = _knob(24, "how long a token is good")
    signature_seconds: int = _knob(900, "how far a signature's time may be off")
    log_level: str = _knob("INFO", "DEBUG, INFO, WARNING or ERROR")

    def __repr__(self) -> str:
        return f"Settings(home={self.home!r}, listen={self.listen!r})"

    @property
    def folder(self) -> Path:
        """The home folder."""
        return Path(self.home).expanduser()

    @property
    def store_url(self) -> str:
        """The store's URL."""
        return self.store or f"sqlite:///{self.folder / 'syncproof.db'}"

    @property
    def key_file(self) -> Path:
        """The file of the key."""
        return Path(self.secret_key_file or self.folder / "secret.key").expanduser()

    @property
    def address(self) -> tuple[str, int]:
        """Host and port to listen on."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)


def read(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings. Raises InvalidParameter, naming the variable or key."""
    variables = os.environ if environment is None else environment
    given = _of_file(variables)
    for knob in fields(Settings):
        name = _PREFIX + knob.name.upper()
        if name in variables:
            given[knob.name] = _typed(name, knob.type, variables[name])
    settings = Settings(**given)
    _check(settings)
    return settings


def _of_file(variables: Mapping[str, str]) -> dict[str, Any]:
    named = variables.get(_PREFIX + "CONFIG")
    path = Path(named or "syncproof.toml")
    if not named and not path.exists():
        return {}
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidParameter(name=str(path), reason=f"it cannot be read: {error}") from error
    knobs = {knob.name: knob.type for knob in fields(Settings)}
    unknown = set(content) - set(knobs)
    if unknown:
        raise InvalidParameter(name=str(path), reason=f"no such setting: {', '.join(unknown)}")
    return {name: _typed(name, knobs[name], str(value)) for name, value in content.items()}


def _typed(name: str, kind: Any, text: str) -> Any:
    if kind is not int:
        return text
    try:
        number = int(text)
    except ValueError as error:
        raise InvalidParameter(name=name, reason="it is a whole number") from error
    if number < 1:
        raise InvalidParameter(name=name, reason="it is 1 or more")
    return number


def _check(settings: Settings) -> None:
    host, _, port = settings.listen.rpartition(":")
    if not host or not port.isdigit() or not 0 <= int(port) <= 65_535:
        raise InvalidParameter(name=_PREFIX + "LISTEN", reason="it is host:port")
    if settings.log_level not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise InvalidParameter(name=_PREFIX + "LOG_LEVEL", reason="DEBUG, INFO, WARNING or ERROR")
    if settings.store and settings.store.partition("://")[0] not in ("sqlite", "postgresql"):
        reason = "it is a sqlite:/// or postgresql:// URL"
        raise InvalidParameter(name=_PREFIX + "STORE", reason=reason)
