"""Whatever is wrong with a request, the answer is the code and the envelope that the reference
gives it, names the parameter, and nothing is left behind."""

import copy
import itertools
import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.comparing import Driven, endpoint, good, job_body, new_job, refused
from tests.servers import Server
from tests.servers.databases import execute
from tests.serving import PASSWORD, Serving

INFO = "data_level_compare_info"
MISSING, INVALID, REQUEST, PAGE = "DRS.M00201", "DRS.M00202", "DRS.M00300", "DRS.M00211"
UNKNOWN = "DRS.10000010"
LATER = "4102444800000"


@pytest.fixture(scope="module")
def client(serving: Serving) -> Iterator[httpx.Client]:
    with serving.client() as client:
        yield client


@pytest.fixture(scope="module")
def job(serving: Serving, client: httpx.Client, mysql: Server, mysql_second: Server) -> Driven:
    """A started job that nobody may leave anything in."""
    body = job_body(endpoint(mysql, "so"), endpoint(mysql_second, "ta"))
    return new_job(client, serving.project, body).started()


@pytest.fixture(autouse=True)
def untouched(job: Driven, client: httpx.Client, serving: Serving) -> Iterator[None]:
    """No test here leaves a comparison or a job."""

    def everything() -> tuple[Any, Any]:
        jobs = good(client.get(f"/v5/{serving.project}/jobs"))["jobs"]
        return job.result()["compare_task_list_results"], [one["id"] for one in jobs]

    before = everything()
    yield
    assert everything() == before


@pytest.fixture
def database(mysql: Server, fresh_database: Callable[[Server], str]) -> str:
    name = fresh_database(mysql)
    execute(mysql, f"CREATE TABLE {name}.t (id int PRIMARY KEY, n int)")
    return name


BODIES = [
    (b"", REQUEST),
    (b"{", REQUEST),
    (b"[]", REQUEST),
    (b'"x"', REQUEST),
    (b"null", REQUEST),
    (b'{"job_id": NaN}', REQUEST),
    (b'{"job_id": "\xe9"}', REQUEST),
    (b'{"job_id": "\\ud800"}', REQUEST),
    (b'{"job_id":' + b"[" * 200_000 + b"]" * 200_000 + b"}", REQUEST),
    (b'{"job_id": ' + b"[" * 100 + b"]" * 100 + b"}", REQUEST),
    (b'{"job_id": "a\\u0000"}', INVALID),
]


@pytest.mark.parametrize(("body", "code"), BODIES, ids=itertools.count())
def test_a_body_that_is_none(client: httpx.Client, job: Driven, body: bytes, code: str) -> None:
    for path in (f"{job.v3}/create-compare-task", f"{job.v3}/query-compare-result", job.v5):
        call = client.put if path == job.v5 else client.post
        refused(call(path, content=body, headers={"Content-Type": "application/json"}), 400, code)


def test_a_body_of_another_media_type_and_one_of_10_megabytes(
    client: httpx.Client, job: Driven
) -> None:
    path = f"{job.v3}/create-compare-task"
    answer = client.post(path, content=b"{}", headers={"Content-Type": "text/plain"})
    refused(answer, 415, "APIGW.0201")
    refused(client.post(path, content=b" " * 10_000_000), 413, "APIGW.0201")
    chunked = (b" " * 1_000_000 for _ in range(10))
    refused(client.post(path, content=chunked), 413, "APIGW.0201")
    good(client.post(path, content=json.dumps({"job_id": job.id}).encode()))


JOB_IDS = [
    (None, MISSING),
    ("", MISSING),
    (5, INVALID),
    (["x"], INVALID),
    ("x", INVALID),
    ("X" * 36, INVALID),
    ("x" * 37, INVALID),
    ("x" * 100_000, INVALID),
    ("x" * 36, UNKNOWN),
    (str(uuid.UUID(int=5)), UNKNOWN),
]


@pytest.mark.parametrize(("value", "code"), JOB_IDS, ids=itertools.count())
def test_a_job_that_is_none(client: httpx.Client, job: Driven, value: Any, code: str) -> None:
    for name, more in (("create-compare-task", {}), ("query-compare-result", _page())):
        answer = client.post(f"{job.v3}/{name}", json={"job_id": value, **more})
        words = refused(answer, 400, code)
        assert code == UNKNOWN or "job_id" in words


def _page(**fields: Any) -> dict[str, Any]:
    return {"current_page": 1, "per_page": 10, **fields}


WISHES: list[tuple[str, Any, str]] = [
    ("conflict_policy", None, MISSING),
    ("conflict_policy", "", MISSING),
    ("conflict_policy", "replace", INVALID),
    ("conflict_policy", 1, INVALID),
    ("compare_type", {}, MISSING),
    ("compare_type", "rows", INVALID),
    ("compare_mode", "fast", INVALID),
    ("start_time", 1607766111833, INVALID),
    ("start_time", "1607766111", INVALID),
    ("start_time", "tomorrow", INVALID),
    ("start_time", "2026-12-01T00:00:00", INVALID),
    ("start_time", "2026-02-30T00:00:00Z", INVALID),
    ("start_time", "１６０７７６６１１１８３３", INVALID),
    ("compare_object_infos", None, MISSING),
    ("compare_object_infos", [], MISSING),
    ("compare_object_infos", "x", INVALID),
    ("compare_object_infos", [{}], MISSING),
    ("compare_object_infos", [{"db_name": ""}], MISSING),
    ("compare_object_infos", [{"db_name": 5}], INVALID),
    ("compare_object_infos", [{"db_name": "x" * 257}], INVALID),
    ("compare_object_infos", [{"db_name": "nobody has it"}], INVALID),
    ("compare_object_infos", [{"db_name": "mysql", "table_name": "user"}], INVALID),
    ("compare_object_infos", [{"db_name": "mysql", "table_name": [""]}], INVALID),
    ("compare_object_infos_with_token", [{"db_name": "mysql"}], INVALID),
]


@pytest.mark.parametrize(("name", "value", "code"), WISHES, ids=itertools.count())
def test_a_field_that_is_wrong(
    job: Driven, database: str, name: str, value: Any, code: str
) -> None:
    wish = {"compare_object_infos": [{"db_name": database}]} | {name: value}
    words = refused(job.create(**{"conflict_policy": "keep"} | wish), 400, code)
    wrong_inside = name == "compare_object_infos"
    assert (f"{INFO}.{name}" in words) or (wrong_inside and "db_name" in words)


def test_a_table_that_neither_side_has(job: Driven, database: str) -> None:
    for tables in (["nothing"], ["t", "nothing"], ["T" * 64]):
        info = {"db_name": database, "table_name": tables}
        words = refused(job.create(compare_object_infos=[info]), 400, INVALID)
        assert "table_name" in words
        assert tables[-1] in words


def test_what_cannot_be_asked_together(client: httpx.Client, job: Driven, database: str) -> None:
    data = {
        "conflict_policy": "keep",
        "compare_type": "contents",
        "compare_object_infos": [{"db_name": database}],
    }
    both = {"job_id": job.id, "object_level_compare_type": "objects", INFO: data}
    path = f"{job.v3}/create-compare-task"
    words = refused(client.post(path, json=both), 400, REQUEST)
    assert "cannot run at the same time" in words
    answer = good(client.post(path, json={**both, INFO: None}))
    assert answer["object_level_compare_create_result"]["error_code"] == INVALID
    tokens = data | {"compare_object_infos_with_token": [{"db_name": database}]}
    refused(client.post(path, json={"job_id": job.id, INFO: tokens}), 400, INVALID)


def test_quick_comparison_is_for_those_on_the_list(job: Driven) -> None:
    refused(job.create(compare_mode="quick_comparison"), 403, "DRS.M00102")


PAGES = [
    ({}, MISSING),
    ({"current_page": 0}, PAGE),
    ({"current_page": -1}, PAGE),
    ({"current_page": "1"}, PAGE),
    ({"current_page": True}, PAGE),
    ({"current_page": 2**70}, PAGE),
    ({"per_page": 0}, PAGE),
    ({"per_page": 1001}, PAGE),
    ({"per_page": 1.5}, PAGE),
    ({"line_compare_id": "x"}, INVALID),
    ({"line_compare_id": str(uuid.UUID(int=1))}, UNKNOWN),
    ({"content_compare_id": str(uuid.UUID(int=1))}, UNKNOWN),
    ({"object_level_compare_id": str(uuid.UUID(int=1))}, UNKNOWN),
]


@pytest.mark.parametrize(("fields", "code"), PAGES, ids=itertools.count())
def test_a_page_that_is_none(
    client: httpx.Client, job: Driven, fields: dict[str, Any], code: str
) -> None:
    body = {"job_id": job.id, **(_page(**fields) if fields else {})}
    refused(client.post(f"{job.v3}/query-compare-result", json=body), 400, code)


def test_lists_have_bounds(client: httpx.Client, job: Driven) -> None:
    for query in ("limit=0", "limit=1001", "limit=x", "offset=-1", "offset=2147483648", "limit=²"):
        for path in (job.v5.rpartition("/")[0], f"{job.v3}/{job.id}/table/compare"):
            refused(client.get(f"{path}?{query}"), 400, PAGE)


def test_a_comparison_that_is_none(client: httpx.Client, job: Driven) -> None:
    for text in ("x", "%00", "%F0%9F%98%80", "a" * 5000, "0" * 36):
        refused(job.progress(text), 400, INVALID)
        refused(client.delete(f"{job.v3}/{job.id}/compare/{text}"), 400, INVALID)
        refused(client.post(f"{job.v3}/{job.id}/table/compare/{text}"), 400, INVALID)
    nobodys = str(uuid.uuid4())
    refused(job.progress(nobodys), 400, UNKNOWN)
    refused(client.delete(f"{job.v3}/{job.id}/compare/{nobodys}"), 400, UNKNOWN)
    refused(client.post(f"{job.v3}/{job.id}/table/compare/{nobodys}"), 400, UNKNOWN)
    words = refused(job.act("cancel_compare", compare_task_param={"type": "lines"}), 400, INVALID)
    assert "compare_task_id" in words


def test_paths_and_methods_that_are_none(client: httpx.Client, job: Driven) -> None:
    refused(client.get(f"{job.v3}/create-compare-task"), 405, "APIGW.0501")
    refused(client.patch(job.v5, json={}), 405, "APIGW.0501")
    for path in ("/", "/v3", "/v4/x/jobs", f"{job.v3}/create-compare-task/", "/v3/../etc/passwd"):
        refused(client.post(path, json={}), 404, "APIGW.0101")


def test_a_caller_who_is_nobody(serving: Serving, job: Driven) -> None:
    path = f"{serving.url}{job.v5}"
    signature = "SDK-HMAC-SHA256 Access=a, SignedHeaders=host;x-sdk-date, Signature=00"
    for headers in (
        {},
        {"X-Auth-Token": ""},
        {"X-Auth-Token": "forged"},
        {"X-Auth-Token": serving.token("operator")[:-2]},
        {"X-Auth-Token": "a" * 30_000},
        {"Authorization": "Basic YTpi"},
        {"Authorization": signature},
        {"Authorization": signature, "X-Sdk-Date": "20200101T000000Z"},
        {"X-Auth-Token": "forged", "Authorization": signature},
    ):
        refused(httpx.get(path, headers=headers), 401, "APIGW.0301")


def test_another_projects_caller_learns_nothing(serving: Serving, job: Driven) -> None:
    with serving.client("stranger") as stranger:
        there = stranger.get(job.v5)
        nowhere = stranger.get(f"/v5/{'0' * 32}/jobs/{job.id}")
        assert refused(there, 403, "DRS.M00261") == refused(nowhere, 403, "DRS.M00261")
        own = f"/v3/{serving.accounts['stranger'].project}/jobs"
        for body in ({"job_id": job.id}, {"job_id": "0" * 36}):
            answer = stranger.post(f"{own}/create-compare-task", json=body)
            assert refused(answer, 400, UNKNOWN) == "Task information not found."


def test_a_reader_reads_and_no_more(serving: Serving, job: Driven, database: str) -> None:
    with serving.client("reader") as reader:
        mine = Driven(reader, serving.project, job.id)
        good(reader.post(f"{job.v3}/create-compare-task", json={"job_id": job.id}))
        mine.detail()
        denied = [
            mine.create(compare_object_infos=[{"db_name": database}]),
            mine.act("stop"),
            mine.put({"object_info": {database: {"all": True}}}),
            reader.delete(job.v5),
            reader.post(f"/v5/{serving.project}/jobs", json={}),
            reader.post(f"{job.v3}/{job.id}/table/compare", json={"type": "lines"}),
            reader.delete(f"{job.v3}/{job.id}/compare/{uuid.uuid4()}"),
        ]
    for answer in denied:
        refused(answer, 403, "DRS.M00102")


Change = Callable[[dict[str, Any]], Any]

JOBS: list[tuple[Change, str, str]] = [
    (lambda job: job.pop("base_info"), MISSING, "base_info"),
    (lambda job: job["base_info"].pop("name"), MISSING, "name"),
    (lambda job: job["base_info"].update(name="n" * 65), INVALID, "name"),
    (lambda job: job["base_info"].update(engine_type="oracle"), INVALID, "engine_type"),
    (lambda job: job["base_info"].update(engine_type="postgresql"), INVALID, "engine_type"),
    (lambda job: job["base_info"].update(job_type="guess"), INVALID, "job_type"),
    (lambda job: job["base_info"].update(task_type="guess"), INVALID, "task_type"),
    (lambda job: job.update(source_endpoint=[]), MISSING, "source_endpoint"),
    (lambda job: job.update(source_endpoint={}), MISSING, "source_endpoint"),
    (lambda job: job.update(source_endpoint="x"), INVALID, "source_endpoint"),
    (lambda job: job["source_endpoint"][0].update(db_type="oracle"), INVALID, "db_type"),
    (lambda job: job["source_endpoint"][0].update(db_type="gaussdbv5"), INVALID, "db_type"),
    (lambda job: _server(job).pop("ip"), MISSING, "ip"),
    (lambda job: _server(job).update(ip="a b;--"), INVALID, "ip"),
    (lambda job: _server(job).update(ip="h:1,h:x"), INVALID, "ip"),
    (lambda job: _server(job).update(db_port=3306), INVALID, "db_port"),
    (lambda job: _server(job).update(db_port="65536"), INVALID, "db_port"),
    (lambda job: _server(job).pop("db_user"), MISSING, "db_user"),
    (lambda job: _server(job).pop("db_password"), MISSING, "db_password"),
    (lambda job: _server(job).update(db_password=5), INVALID, "db_password"),
    (
        lambda job: job["source_endpoint"][0].update(
            ssl={"ssl_link": True, "ssl_cert_key": "no certificate"}
        ),
        INVALID,
        "ssl_cert_key",
    ),
]


def _server(job: dict[str, Any]) -> dict[str, Any]:
    server: dict[str, Any] = job["source_endpoint"][0]["endpoint"]
    return server


@pytest.mark.parametrize(("change", "code", "name"), JOBS, ids=itertools.count())
def test_a_job_that_cannot_be(
    serving: Serving, client: httpx.Client, mysql: Server, change: Change, code: str, name: str
) -> None:
    body = copy.deepcopy(job_body(endpoint(mysql, "so"), endpoint(mysql, "ta")))
    change(body["job"])
    words = refused(client.post(f"/v5/{serving.project}/jobs", json=body), 400, code)
    assert name in words
    assert mysql.password not in words


def test_actions_that_are_none(client: httpx.Client, job: Driven) -> None:
    refused(client.post(f"{job.v5}/action", json={}), 400, MISSING)
    refused(client.post(f"{job.v5}/action", json={"job": None}), 400, MISSING)
    refused(client.post(f"{job.v5}/action", json={"job": "start"}), 400, INVALID)
    assert "explode" in refused(job.act("explode"), 400, INVALID)
    refused(job.act("start"), 400, "DRS.M00304")
    for param in ({}, {"type": "objects"}, {"type": "lines"}):
        code = INVALID if param.get("type") == "objects" else MISSING
        refused(job.act("create_compare", compare_task_param=param), 400, code)


OPTIONS = [
    {"contentCompareType": "dynamic"},
    {"contentCompareType": "guess"},
    {"comparePolicy": "manyToOne"},
    {"differenceLimit": "-1"},
    {"differenceLimit": 5},
    {"fingerprint": "crc32"},
    {"unheardOf": "1"},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_an_option_that_is_not_built_is_refused(
    client: httpx.Client, job: Driven, database: str, options: dict[str, Any]
) -> None:
    body = {"type": "contents", "compare_object": [{"db_name": database}], "options": options}
    words = refused(client.post(f"{job.v3}/{job.id}/table/compare", json=body), 400, INVALID)
    assert f"options.{next(iter(options))}" in words


CONDITIONS = [
    ("{}-*-*-t", "id > 5; DROP TABLE t"),
    ("{}-*-*-t", "id IN (SELECT 1)"),
    ("{}-*-*-t", "sleep(10) = 0"),
    ("{}-*-*-t", "id > "),
    ("{}-*-*-t", "id > 1" + " " * 256),
    ("{}-*-*-nothing", "id > 5"),
    ("elsewhere-*-*-t", "id > 5"),
    ("t", "id > 5"),
]


@pytest.mark.parametrize(("place", "condition"), CONDITIONS, ids=itertools.count())
def test_a_condition_that_is_none(
    client: httpx.Client, job: Driven, database: str, place: str, condition: str
) -> None:
    info = {"transformation_type": "contentConditionalFilter", "value": condition}
    one = {"object_info": [{"id": place.format(database)}], "transformation_info": info}
    body = {
        "type": "lines",
        "start_time": LATER,
        "compare_object": [{"db_name": database}],
        "compare_transformation_infos": [one],
    }
    refused(client.post(f"{job.v3}/{job.id}/table/compare", json=body), 400, INVALID)


def test_a_job_that_is_not_started_compares_nothing(
    serving: Serving, client: httpx.Client, mysql: Server, mysql_second: Server, database: str
) -> None:
    body = job_body(endpoint(mysql, "so"), endpoint(mysql_second, "ta"))
    job = new_job(client, serving.project, body)
    refused(job.create(compare_object_infos=[{"db_name": database}]), 400, "DRS.M00304")
    assert job.result()["compare_task_list_results"]["compare_task_list"] == []
    good(client.delete(job.v5))


def test_logins_that_fail_say_no_more_than_that(serving: Serving) -> None:
    unknown = serving.login("nobody at all", project={"name": "default"})
    wrong = serving.login("operator", "wrong", project={"name": "default"})
    assert unknown.status_code == wrong.status_code == 401
    assert unknown.json()["error"]["message"] == wrong.json()["error"]["message"]
    foreign = serving.login("operator", project={"id": "0" * 32})
    assert foreign.status_code == 401
    bodies: list[Any] = [{}, {"auth": {}}, {"auth": {"identity": {"methods": ["token"]}}}]
    for body in bodies:
        answer = httpx.post(f"{serving.url}/v3/auth/tokens", json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, 400)
    assert PASSWORD not in unknown.text + wrong.text + foreign.text


def test_messages_are_told_in_chinese_too(client: httpx.Client, job: Driven) -> None:
    path = f"{job.v3}/create-compare-task"
    for language, expected in (
        ("zh-cn", "job_id 取值不合法：必须是字符串。"),
        ("ZH-CN", "job_id 取值不合法：必须是字符串。"),
        ("en-us", "The value of parameter job_id is invalid: it is text."),
        ("fr-fr", "The value of parameter job_id is invalid: it is text."),
    ):
        answer = client.post(path, json={"job_id": 5}, headers={"X-Language": language})
        assert refused(answer, 400, INVALID) == expected
