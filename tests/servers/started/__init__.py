"""Servers that we start ourselves, from programs on this machine or unpacked for the purpose."""

from tests.servers.started import mariadb, mysql, postgresql

__all__ = ["mariadb", "mysql", "postgresql"]
