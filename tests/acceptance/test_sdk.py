"""The official SDK, unchanged, does what a caller of the specification does."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkcore.region.region import Region
from huaweicloudsdkdrs import v3, v5

from tests.comparing import awaited
from tests.servers import Server
from tests.servers.databases import execute
from tests.serving import Serving

ROWS = 40
ENDED = {"SUCCESSFUL", "FAILED", "CANCELLED"}


def _filled(server: Server, database: str) -> None:
    execute(
        server,
        f"create table `{database}`.item"
        " (id bigint primary key, name varchar(40), price decimal(9,2))",
        f"create table `{database}`.note (id int primary key, body text)",
        f"insert into `{database}`.note values (1, 'same'), (2, 'also')",
        f"insert into `{database}`.item values "
        + ", ".join(f"({n}, 'name {n}', {n}.50)" for n in range(ROWS)),
    )


@pytest.fixture
def pair(
    mysql: Server, mysql_second: Server, fresh_database: Callable[[Server], str]
) -> tuple[str, str]:
    """A database on each server, different in three rows of `item`."""
    source, target = fresh_database(mysql), fresh_database(mysql_second)
    _filled(mysql, source)
    _filled(mysql_second, target)
    execute(
        mysql_second,
        f"update `{target}`.item set name = 'another' where id = 3",
        f"delete from `{target}`.item where id = 5",
        f"insert into `{target}`.item values ({ROWS + 7}, 'extra', 1)",
    )
    return source, target


def _endpoint(server: Server, role: str) -> v5.JobEndpointInfo:
    return v5.JobEndpointInfo(
        db_type="mysql",
        endpoint_type="offline",
        endpoint_role=role,
        endpoint=v5.BaseEndpoint(
            endpoint_name="mysql",
            ip=server.host,
            db_port=str(server.port),
            db_user=server.user,
            db_password=server.password,
        ),
        ssl=v5.EndpointSslConfig(ssl_link=False),
    )


def _job(source: Server, target: Server) -> v5.CreateJobRequest:
    info = v5.JobBaseInfo(
        name="from-the-sdk",
        job_type="sync",
        engine_type="mysql-to-mysql",
        job_direction="up",
        task_type="FULL_INCR_TRANS",
        net_type="eip",
        description="",
    )
    job = v5.CreateJobReq(
        base_info=info,
        source_endpoint=[_endpoint(source, "so")],
        target_endpoint=[_endpoint(target, "ta")],
        node_info=v5.JobNodeInfo(spec=v5.JobNodeSpecInfo(node_type="high")),
    )
    return v5.CreateJobRequest(body=v5.SingleCreateJobReq(job=job))


def _act(client: v5.DrsClient, job: str, name: str) -> Any:
    body = v5.JobActionReq(job=v5.ActionReq(action_name=name))
    return client.execute_job_action(v5.ExecuteJobActionRequest(job_id=job, body=body))


def _status(client: v5.DrsClient, job: str) -> str:
    shown = client.show_job_detail(v5.ShowJobDetailRequest(job_id=job, type="detail"))
    return str(shown.job.status)


def _started(client: v5.DrsClient, servers: tuple[Server, Server], pair: tuple[str, str]) -> str:
    """A job over the pair of databases, created, mapped, tested and started."""
    created = client.create_job(_job(*servers))
    job = str(created.id)
    assert len(job) == 36 and job[-5:-3] == "jb" and created.create_time.isdigit()
    mapping = v5.DbObject(
        object_scope="database",
        object_info={pair[0]: v5.DatabaseObject(name=pair[1], all=True)},
    )
    change = v5.UpdateJobReq(type="db_object", params=v5.UpdateJob(db_object=mapping))
    changed = client.update_job(
        v5.UpdateJobRequest(job_id=job, body=v5.SingleUpdateJobReq(job=change))
    )
    assert changed.status == "success"
    query = _act(client, job, "network").query_id
    shown = client.show_job_detail(
        v5.ShowJobDetailRequest(job_id=job, type="network", query_id=query)
    )
    assert [result.success for result in shown.job.network_results] == [True, True]
    _act(client, job, "start")
    assert (
        awaited(lambda: _status(client, job), lambda status: status != "STARTJOBING")
        == "INCRE_TRANSFER_STARTED"
    )
    return job


def _compared(client: v3.DrsClient, progress: v5.DrsClient, job: str, kind: str, name: str) -> str:
    """A comparison of a whole database, at its end."""
    data = v3.CreateDataLevelCompareReq(
        conflict_policy="cancel",
        compare_type=kind,
        compare_object_infos=[v3.CompareObjectInfo(db_name=name)],
    )
    body = v3.CreateCompareTaskReq(job_id=job, data_level_compare_info=data)
    created = client.create_compare_task(v3.CreateCompareTaskRequest(body=body))
    comparison = str(created.data_level_compare_create_result.compare_task_id)

    def shown() -> Any:
        return progress.show_compare_progress(
            v5.ShowCompareProgressRequest(job_id=job, compare_job_id=comparison)
        )

    last = awaited(shown, lambda answer: answer.full_info.progress == 100)
    assert last.full_info.recheck_entities == 0 and last.incre_info is None
    assert last.global_info.src_speed.endswith("B/s")
    return comparison


def _pages(client: v3.DrsClient, job: str, size: int, **ids: str) -> list[Any]:
    """Every page of a result, until one has nothing in it."""
    pages: list[Any] = []
    while True:
        body = v3.QueryCompareResultReq(
            job_id=job, current_page=len(pages) + 1, per_page=size, **ids
        )
        page = client.list_compare_result(v3.ListCompareResultRequest(body=body))
        if not page.compare_task_list_results.compare_task_list and len(pages) >= 3:
            return pages
        pages.append(page)


def test_the_sdk_compares_rows_and_values_from_the_key_to_the_last_page(
    serving: Serving, mysql: Server, mysql_second: Server, pair: tuple[str, str]
) -> None:
    account = serving.accounts["operator"]
    credentials = BasicCredentials(account.access, account.secret, account.project)
    old = v3.DrsClient.new_builder().with_credentials(credentials).with_endpoint(serving.url)
    new = v5.DrsClient.new_builder().with_credentials(credentials).with_endpoint(serving.url)
    v3_client, v5_client = old.build(), new.build()

    job = _started(v5_client, (mysql, mysql_second), pair)
    assert job in [one.id for one in v5_client.list_jobs(v5.ListJobsRequest(limit=10)).jobs]
    lines = _compared(v3_client, v5_client, job, "lines", pair[0])
    contents = _compared(v3_client, v5_client, job, "contents", pair[0])

    pages = _pages(v3_client, job, 1, line_compare_id=lines, content_compare_id=contents)
    tasks = [t for page in pages for t in page.compare_task_list_results.compare_task_list]
    assert [task.compare_task_id for task in tasks] == [contents, lines]
    assert {task.compare_task_status for task in tasks} == {"SUCCESSFUL"}
    by_lines = [
        row
        for page in pages
        for database in page.line_compare_results.line_compare_details
        for row in database.line_compare_detail
    ]
    assert {row.source_table_name: row.line_compare_result for row in by_lines} == {
        "item": "CONSISTENT",  # one row more and one row less: as many on both sides
        "note": "CONSISTENT",
    }
    overview = pages[0].content_compare_results.content_compare_overview
    assert [(o.source_db_name, o.target_db_name, o.content_compare_result) for o in overview] == [
        (*pair, "INCONSISTENT")
    ]
    differences = [
        row
        for page in pages
        for table in page.content_compare_results.content_compare_diffs
        for row in table.content_compare_diff
    ]
    assert [(d.source_key_value, d.target_key_value) for d in differences] == [
        (["3"], ["3"]),
        (["5"], None),
        (None, [str(ROWS + 7)]),
    ]
    _act(v5_client, job, "stop")
    _act(v5_client, job, "terminate")
    v5_client.delete_job(v5.DeleteJobRequest(job_id=job))
    with pytest.raises(ClientRequestException) as gone:
        _status(v5_client, job)
    assert gone.value.error_code == "DRS.10000010"


def test_the_sdk_without_a_project_finds_it_by_the_name_of_the_region(serving: Serving) -> None:
    account = serving.accounts["operator"]
    credentials = BasicCredentials(account.access, account.secret).with_iam_endpoint(serving.url)
    client = (
        v5.DrsClient.new_builder()
        .with_credentials(credentials)
        .with_region(Region("default", serving.url))
        .build()
    )
    assert client.list_jobs(v5.ListJobsRequest(name="no such job")).total_count == 0


def test_the_sdk_reads_an_error_as_one(serving: Serving) -> None:
    account = serving.accounts["operator"]
    credentials = BasicCredentials(account.access, account.secret, account.project)
    client = v5.DrsClient.new_builder().with_credentials(credentials)
    built = client.with_endpoint(serving.url).build()
    request = v5.ShowCompareProgressRequest(
        job_id="9cbfd380-bdb1-43b2-9db9-3de2987jb201",
        compare_job_id="b13b233a-4b9e-4b06-a928-19a0c93f6109",
        x_language="zh-cn",
    )
    with pytest.raises(ClientRequestException) as refused:
        built.show_compare_progress(request)
    assert refused.value.status_code == 400
    assert refused.value.error_code == "DRS.10000010"
    assert "任务信息不存在" in json.loads(json.dumps(refused.value.error_msg))
