"""A comparison's life: killed and resumed, cancelled, replaced, scheduled, refused."""

import operator
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from tests import servers
from tests.acceptance.service import Client, Service, free_port, job_body, waited
from tests.servers import Server
from tests.servers.databases import execute, rows

ROWS = 120_000
WRONG = (1, 777, 40_000, 80_001, 119_999)
_FILL = (
    "INSERT INTO {database}.t WITH RECURSIVE n (i) AS"
    f" (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})"
    " SELECT i, sha2(i, 256), i * 1.5 FROM n"
)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Service]:
    """A service of the test's own, to be killed."""
    running = Service(tmp_path / "home", free_port(), {"SYNCPROOF_CONNECTIONS": "1"})
    running.start()
    yield running
    running.kill()


@pytest.fixture
def database(
    mysql: Server, mysql_second: Server, fresh_database: Callable[[Server], str]
) -> Iterator[str]:
    """A table on both servers, a few rows of which differ."""
    name = fresh_database(mysql)
    servers.create_database(mysql_second, name)
    for server in (mysql, mysql_second):
        execute(
            server,
            "SET SESSION cte_max_recursion_depth = 1000000",
            f"CREATE TABLE {name}.t (id int PRIMARY KEY, a char(64), b decimal(20, 4))",
            _FILL.format(database=name),
        )
    keys = ", ".join(map(str, WRONG))
    execute(mysql_second, f"UPDATE {name}.t SET b = b + 1 WHERE id IN ({keys})")
    yield name
    servers.drop_database(mysql_second, name)


def _keys(client: Client, job: str, comparison: str) -> set[int]:
    found = client.result(job, content_compare_id=comparison)["content_compare_results"]
    return {
        int(row["source_key_value"][0])
        for table in found["content_compare_diffs"]
        for row in table["content_compare_diff"]
    }


def _chunks(home: Path) -> list[tuple[int, int]]:
    with sqlite3.connect(home / "syncproof.db") as store:
        return store.execute("SELECT id, finished_at FROM chunks ORDER BY id").fetchall()


def test_killed_at_random_places_it_ends_with_the_same_verdict(
    own: Service, mysql: Server, mysql_second: Server, database: str
) -> None:
    client = Client(own)
    job = client.job((mysql, ""), (mysql_second, ""))
    comparison = client.created(job, "contents", database)
    dice, seen = random.Random(), 0
    for _ in range(3):
        waited(lambda: len(_chunks(own.home)), partial(operator.lt, seen), 20)
        time.sleep(dice.uniform(0, 0.1))
        own.kill()
        kept = _chunks(own.home)
        own.start()
        assert _chunks(own.home)[: len(kept)] == kept
        seen = len(kept)
        if client.state(job, comparison) == "SUCCESSFUL":
            break
    assert client.ended(job, comparison) == "SUCCESSFUL"
    assert _keys(client, job, comparison) == set(WRONG)
    (group,) = client.result(job, content_compare_id=comparison)["content_compare_results"][
        "content_compare_details"
    ]
    (table,) = group["content_compare_detail"]
    counts = (table["source_row_num"], table["target_row_num"], table["diff_row_num"])
    assert counts == (ROWS, ROWS, len(WRONG)), "each chunk counts once, however often it is killed"


def _queries(server: Server, database: str) -> list[str]:
    found = rows(
        server,
        "SELECT info FROM information_schema.processlist WHERE command = 'Query'"
        f" AND info LIKE '%{database}%' AND info NOT LIKE '%processlist%'",
    )
    return [str(row) for row in found]


def test_T24_cancelling_leaves_no_query_after_two_seconds(
    client: Client, mysql: Server, mysql_second: Server, database: str
) -> None:
    slow = "CREATE TABLE {0}.slow (id int PRIMARY KEY, a text)"
    for server in (mysql, mysql_second):
        execute(
            server,
            slow.format(database),
            f"INSERT INTO {database}.slow SELECT id, repeat(a, 200) FROM {database}.t LIMIT 40000",
        )
    job = client.job((mysql, ""), (mysql_second, ""))
    comparison = client.created(job, "contents", database)
    waited(lambda: _queries(mysql, database), bool, 20)
    path = f"/v3/{client.project}/jobs/{job}/compare/{comparison}"
    assert client.ok(client.http.delete(path)) == {}
    assert client.state(job, comparison) == "CANCELLED"
    waited(lambda: _queries(mysql, database) + _queries(mysql_second, database), _none, 2)
    answer = client.http.delete(path)
    assert answer.status_code == 400


def _none(found: list[str]) -> bool:
    return not found


def test_fifty_creations_at_once_leave_one_comparison(
    client: Client, mysql: Server, mysql_second: Server, database: str
) -> None:
    job = client.job((mysql, ""), (mysql_second, ""))
    later = str(int((time.time() + 3600) * 1000))
    with ThreadPoolExecutor(50) as threads:
        answers = list(
            threads.map(
                lambda _: client.ok(client.create(job, "lines", database, start_time=later)),
                range(50),
            )
        )
    parts = [answer["data_level_compare_create_result"] for answer in answers]
    made = [part["compare_task_id"] for part in parts if "compare_task_id" in part]
    assert len(made) == 1
    refused = [part for part in parts if "error_code" in part]
    assert {part["error_code"] for part in refused} == {"DRS.10000024"}
    assert all(made[0] in part["error_msg"] for part in refused)
    assert client.state(job, made[0]) == "WAITING_FOR_RUNNING"
    path = f"/v3/{client.project}/jobs/{job}/table/compare/{made[0]}"
    assert client.ok(client.http.post(path)) == {}
    assert client.ended(job, made[0]) == "SUCCESSFUL"


def test_stopping_a_job_ends_its_comparison_and_refuses_new_ones(
    client: Client, mysql: Server, mysql_second: Server, database: str
) -> None:
    job = client.job((mysql, ""), (mysql_second, ""))
    later = str(int((time.time() + 3600) * 1000))
    comparison = client.created(job, "contents", database, start_time=later)
    client.act(job, "stop")
    assert client.state(job, comparison) == "CANCELLED"
    refused = client.create(job, "contents", database)
    assert (refused.status_code, refused.json()["error_code"]) == (400, "DRS.M00304")
    client.act(job, "restart")
    assert client.settled(job)["status"] == "INCRE_TRANSFER_STARTED"


def test_a_job_whose_password_is_wrong_says_so_and_never_shows_it(
    service: Service, client: Client, mysql: Server, mysql_second: Server
) -> None:
    wrong = Server(mysql.family, mysql.host, mysql.port, mysql.user, "S3cr3t-and-wrong")
    body = client.ok(
        client.http.post(f"/v5/{client.project}/jobs", json=_body(wrong, mysql_second))
    )
    client.act(body["id"], "start")
    found = client.settled(body["id"])
    assert found["status"] == "START_JOB_FAILED"
    assert "Access denied" in found["error_msg"]
    assert "S3cr3t" not in str(found)
    log = service.home.parent / f"{service.home.name}.log"
    assert "S3cr3t" not in log.read_text()
    assert b"S3cr3t" not in (service.home / "syncproof.db").read_bytes()


def _body(source: Server, target: Server) -> dict[str, object]:
    return job_body((source, ""), (target, ""))
