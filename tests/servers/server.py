"""A server that a test can reach, and the reason why there is none."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import quote, unquote, urlsplit


class Unavailable(Exception):
    """A server cannot be had in this way; the text says why."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server and its superuser, reachable over TCP."""

    family: str  # mysql, mariadb or postgresql
    host: str
    port: int
    user: str
    password: str

    def dsn(self, database: str = "") -> str:
        """`mysql://user:password@host:port/database`, with every part quoted."""
        user, password = quote(self.user, safe=""), quote(self.password, safe="")
        path = quote(database, safe="")
        return f"{self.family}://{user}:{password}@{self.host}:{self.port}/{path}"

    @classmethod
    def from_dsn(cls, dsn: str) -> Self:
        """The server of a DSN; its database, if any, is not used."""
        parts = urlsplit(dsn)
        family = {"postgres": "postgresql"}.get(parts.scheme, parts.scheme)
        return cls(
            family=family,
            host=parts.hostname or "127.0.0.1",
            port=parts.port or (5432 if family == "postgresql" else 3306),
            user=unquote(parts.username or ("postgres" if family == "postgresql" else "root")),
            password=unquote(parts.password or ""),
        )
