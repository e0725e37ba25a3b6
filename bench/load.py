"""Filling and changing the measured table."""

from pathlib import Path

import psycopg
import pymysql
from psycopg import sql

from bench import table
from bench.subjects import Side

DATABASE = "syncproof_bench"


def fill(side: Side, folder: Path, rows: int) -> None:
    """Make the measured table anew with so many rows, and let the server settle its statistics."""
    lines = folder / f"{rows}.tsv"
    if not lines.exists():
        table.write(lines, rows)
    if side.server.family == "postgresql":
        _fill_postgresql(side, lines)
    else:
        _fill_mysql(side, lines)


def change(side: Side, statements: list[str]) -> None:
    """Run statements against the measured table."""
    if side.server.family == "postgresql":
        with _postgresql(side, side.database) as connection:
            for statement in statements:
                connection.execute(statement.encode())
            connection.execute(f"VACUUM ANALYZE {table.NAME}".encode())
        return
    with _mysql(side) as connection, connection.cursor() as cursor:
        cursor.execute(f"USE {side.database}")
        for statement in statements:
            cursor.execute(statement)


def _fill_postgresql(side: Side, lines: Path) -> None:
    with _postgresql(side, "postgres") as admin:
        name = sql.Identifier(side.database)
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(name))
        admin.execute(sql.SQL("CREATE DATABASE {}").format(name))
    with _postgresql(side, side.database) as connection:
        connection.execute(table.definition("postgresql").encode())
        with (
            lines.open("rb") as data,
            connection.cursor() as cursor,
            cursor.copy(f"COPY {table.NAME} FROM STDIN".encode()) as copy,
        ):
            while block := data.read(1 << 20):
                copy.write(block)
        connection.execute(f"VACUUM ANALYZE {table.NAME}".encode())


def _fill_mysql(side: Side, lines: Path) -> None:
    with _mysql(side) as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {side.database}")
        cursor.execute(f"CREATE DATABASE {side.database}")
        cursor.execute(f"USE {side.database}")
        cursor.execute("SET GLOBAL local_infile = 1")
        _install_md5(cursor)
        cursor.execute(table.definition("mysql"))
        cursor.execute(f"LOAD DATA LOCAL INFILE '{lines}' INTO TABLE {table.NAME}")
        cursor.execute(f"ANALYZE TABLE {table.NAME}")


def _install_md5(cursor: pymysql.cursors.Cursor) -> None:
    """The peer needs MD5, which MySQL 9.6 and later have only as a component."""
    try:
        cursor.execute("SELECT md5('a')")
    except pymysql.err.MySQLError:
        cursor.execute("INSTALL COMPONENT 'file://component_classic_hashing'")


def _postgresql(side: Side, database: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(side.server.dsn(database), autocommit=True)


def _mysql(side: Side) -> "pymysql.connections.Connection[pymysql.cursors.Cursor]":
    s = side.server
    return pymysql.connect(
        host=s.host,
        port=s.port,
        user=s.user,
        password=s.password,
        autocommit=True,
        local_infile=True,
    )
