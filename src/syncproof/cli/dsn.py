"""A database as it is named on the command line: `family://user:password@host:port/database`."""

import getpass
import os
import sys
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from syncproof.databases.registry import FAMILIES
from syncproof.domain.errors import InvalidParameter
from syncproof.ports.database import Address, Secret, Tls

_PORTS = {"mysql": 3306, "mariadb": 3306, "postgresql": 5432}
_SCHEMES = {"postgres": "postgresql"}
_TLS = ("disable", "require", "verify-ca", "verify-full")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address, and the MySQL database or PostgreSQL schema that the DSN names, if any."""

    address: Address
    namespace: str | None


def parse(text: str, side: str) -> Endpoint:
    """Read a DSN; `side` is 'source' or 'target'. The password stands in the DSN, in
    SYNCPROOF_<SIDE>_PASSWORD, or is asked for on a terminal. Raises InvalidParameter, which
    never shows the DSN, for a password may stand in it."""
    scheme, marked, rest = text.partition("://")
    family = _SCHEMES.get(scheme, scheme)
    if not marked or family not in FAMILIES:
        known = ", ".join(f"{name}://" for name in FAMILIES)
        raise InvalidParameter(name=side, reason=f"a DSN begins with one of {known}")
    try:
        return _endpoint(family, rest, side)
    except ValueError as error:
        raise InvalidParameter(
            name=side,
            reason="the DSN cannot be read: a port is 1 to 65535,"
            " special characters of a password are percent-encoded",
        ) from error


def _endpoint(family: str, rest: str, side: str) -> Endpoint:
    authority, _, path = rest.partition("/")
    login, _, hosts = authority.rpartition("@")
    user, given, password = login.partition(":")
    url = urlsplit(f"//host/{path}")
    query = dict(parse_qsl(url.query, keep_blank_values=True))
    database = unquote(url.path.strip("/"))
    if not hosts or not user:
        raise InvalidParameter(name=side, reason="a DSN names a user and a host: user@host")
    address = Address(
        family,
        tuple(_host(host, _PORTS[family]) for host in hosts.split(",")),
        unquote(user),
        Secret(unquote(password) if given else _password(side)),
        database,
        _tls(query, side),
    )
    namespace = query.pop("schema", None) if family == "postgresql" else database or None
    unknown = set(query) - {"sslmode", "sslrootcert", "sslcert", "sslkey"}
    if unknown:
        raise InvalidParameter(name=side, reason=f"unknown in a DSN: {', '.join(sorted(unknown))}")
    return Endpoint(address, namespace)


def _host(text: str, default: int) -> tuple[str, int]:
    url = urlsplit(f"//{text}")
    if not url.hostname:
        raise ValueError("no host")
    return url.hostname, url.port or default


def _tls(query: dict[str, str], side: str) -> Tls:
    mode = query.get("sslmode", "disable")
    if mode not in _TLS:
        raise InvalidParameter(name=side, reason=f"sslmode is one of {', '.join(_TLS)}")
    try:
        texts = [_file(query.get(name)) for name in ("sslrootcert", "sslcert", "sslkey")]
    except OSError as error:
        reason = f"cannot read {error.filename}: {error.strerror}"
        raise InvalidParameter(name=side, reason=reason) from error
    return Tls(mode, *texts)


def _file(path: str | None) -> str | None:
    if path is None:
        return None
    with open(path, encoding="utf-8") as file:
        return file.read()


def _password(side: str) -> str:
    variable = f"SYNCPROOF_{side.upper()}_PASSWORD"
    if variable in os.environ:
        return os.environ[variable]
    if sys.stdin.isatty():
        return getpass.getpass(f"Password of the {side}: ")
    return ""
