"""PostgreSQL."""

from syncproof.databases.postgresql.database import PostgreSQL

__all__ = ["PostgreSQL"]
