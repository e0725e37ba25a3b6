"""Short administrative connections: is a server ready, make a database, drop it again."""

from contextlib import closing

import psycopg
import pymysql

from tests.servers.server import Server

_SECONDS_TO_CONNECT = 5


def execute(server: Server, *statements: str) -> None:
    """Run statements as the superuser, outside any transaction and any database of ours.

    Raises the driver's own errors (`pymysql.Error`, `psycopg.Error`).
    """
    if server.family == "postgresql":
        with psycopg.connect(
            server.dsn("postgres"), autocommit=True, connect_timeout=_SECONDS_TO_CONNECT
        ) as connection:
            for statement in statements:
                connection.execute(statement.encode())
        return
    with (
        closing(
            pymysql.connect(
                host=server.host,
                port=server.port,
                user=server.user,
                password=server.password,
                autocommit=True,
                connect_timeout=_SECONDS_TO_CONNECT,
            )
        ) as connection,
        connection.cursor() as cursor,
    ):
        for statement in statements:
            cursor.execute(statement)


def rows(server: Server, query: str) -> list[tuple[object, ...]]:
    """What a query of the superuser gives."""
    if server.family == "postgresql":
        with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
            return connection.execute(query.encode()).fetchall()
    with (
        closing(
            pymysql.connect(
                host=server.host, port=server.port, user=server.user, password=server.password
            )
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(query)
        return list(cursor.fetchall())


def is_ready(server: Server) -> bool:
    """Whether the superuser can log in now."""
    try:
        execute(server, "select 1")
    except (pymysql.Error, psycopg.Error):
        return False
    return True


def create_database(server: Server, name: str) -> None:
    """Make an empty database: UTF-8, and compared by code point on PostgreSQL."""
    if server.family == "postgresql":
        execute(server, f"create database \"{name}\" template template0 encoding 'UTF8'")
    else:
        execute(server, f"create database `{name}` character set utf8mb4")


def drop_database(server: Server, name: str) -> None:
    """Drop a database, and on PostgreSQL whoever is still connected to it."""
    if server.family == "postgresql":
        execute(server, f'drop database if exists "{name}" with (force)')
    else:
        execute(server, f"drop database if exists `{name}`")
