"""MySQL and MariaDB."""

from syncproof.databases.mysql.database import MySQL

__all__ = ["MySQL"]
