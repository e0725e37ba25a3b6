"""The servers that tests rely on are what the tests take them to be."""

from collections.abc import Callable

import asyncmy
import asyncpg
import pytest

from tests.servers import Server


@pytest.mark.parametrize("name", ["mysql", "mysql_second", "mariadb", "mariadb_second"])
async def test_a_mysql_server_logs_rows_and_gives_fresh_databases(
    name: str, request: pytest.FixtureRequest, fresh_database: Callable[[Server], str]
) -> None:
    server: Server = request.getfixturevalue(name)
    database = fresh_database(server)
    connection = await asyncmy.connect(
        host=server.host,
        port=server.port,
        user=server.user,
        password=server.password,
        db=database,
    )
    async with connection.cursor() as cursor:
        await cursor.execute("select database(), @@log_bin, @@binlog_format")
        assert await cursor.fetchone() == (database, 1, "ROW")
    await connection.ensure_closed()


@pytest.mark.parametrize("name", ["postgresql", "postgresql_second"])
async def test_a_postgresql_server_decodes_and_gives_fresh_databases(
    name: str, request: pytest.FixtureRequest, fresh_database: Callable[[Server], str]
) -> None:
    server: Server = request.getfixturevalue(name)
    database = fresh_database(server)
    connection = await asyncpg.connect(server.dsn(database))
    try:
        assert await connection.fetchval("show wal_level") == "logical"
        assert await connection.fetchval("select current_database()") == database
    finally:
        await connection.close()


def test_two_servers_of_a_family_are_two(mysql: Server, mysql_second: Server) -> None:
    assert mysql.port != mysql_second.port


def test_a_dsn_keeps_what_has_to_be_quoted() -> None:
    server = Server("mysql", "127.0.0.1", 3307, "a@b", "p:/?#@ %")
    assert Server.from_dsn(server.dsn("x/y")) == server
