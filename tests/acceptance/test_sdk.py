"""The official SDK, unchanged, does the whole of a user's work."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkdrs.v3 import (
    CompareObjectInfo,
    CreateCompareTaskReq,
    CreateCompareTaskRequest,
    CreateDataLevelCompareReq,
    ListCompareResultRequest,
    QueryCompareResultReq,
)
from huaweicloudsdkdrs.v3 import DrsClient as DrsClientV3
from huaweicloudsdkdrs.v5 import (
    ActionReq,
    BaseEndpoint,
    CreateJobReq,
    CreateJobRequest,
    ExecuteJobActionRequest,
    JobActionReq,
    JobBaseInfo,
    JobEndpointInfo,
    ShowCompareProgressRequest,
    ShowJobDetailRequest,
    SingleCreateJobReq,
)
from huaweicloudsdkdrs.v5 import DrsClient as DrsClientV5

from tests import servers
from tests.acceptance.service import ENDED, Service, waited
from tests.servers import Server
from tests.servers.databases import execute

ROWS = 25


@pytest.fixture(scope="module")
def credentials(service: Service) -> BasicCredentials:
    """An access key, made as an administrator would."""
    made = json.loads(service.run("credential", "create", "--user", "admin", "--json"))
    return BasicCredentials(made["access"], made["secret"], made["project_id"])


def _built(kind: Any, service: Service, credentials: BasicCredentials) -> Any:
    builder = kind.new_builder().with_credentials(credentials)
    return builder.with_endpoints([service.url]).build()


def _side(server: Server, kind: str) -> JobEndpointInfo:
    endpoint = BaseEndpoint(
        ip=server.host,
        db_port=str(server.port),
        db_user=server.user,
        db_password=server.password,
    )
    return JobEndpointInfo(db_type=server.family, endpoint_type=kind, endpoint=endpoint)


def _job(client: Any, source: Server, target: Server) -> str:
    info = JobBaseInfo(
        name="sdk",
        job_type="sync",
        engine_type="mysql",
        job_direction="up",
        task_type="FULL_INCR_TRANS",
        net_type="eip",
    )
    job = CreateJobReq(
        base_info=info,
        source_endpoint=[_side(source, "so")],
        target_endpoint=[_side(target, "ta")],
    )
    body = SingleCreateJobReq(job=job)
    created = client.create_job(CreateJobRequest(body=body)).id
    start = JobActionReq(job=ActionReq(action_name="start"))
    client.execute_job_action(ExecuteJobActionRequest(job_id=created, body=start))
    detail = waited(
        lambda: client.show_job_detail(ShowJobDetailRequest(job_id=created)).job,
        lambda job: job.status != "STARTJOBING",
    )
    assert detail.status == "INCRE_TRANSFER_STARTED"
    return str(created)


def _compared(client: Any, job: str, kind: str, database: str) -> str:
    wanted = CreateDataLevelCompareReq(
        conflict_policy="cancel",
        compare_type=kind,
        compare_object_infos=[CompareObjectInfo(db_name=database)],
    )
    body = CreateCompareTaskReq(job_id=job, data_level_compare_info=wanted)
    answer = client.create_compare_task(CreateCompareTaskRequest(body=body))
    return str(answer.data_level_compare_create_result.compare_task_id)


def _result(client: Any, job: str, page: int, **ids: str) -> Any:
    body = QueryCompareResultReq(job_id=job, current_page=page, per_page=10, **ids)
    return client.list_compare_result(ListCompareResultRequest(body=body))


def _ended(client: Any, job: str, comparison: str) -> str:
    def state() -> str:
        listed = _result(client, job, 1).compare_task_list_results.compare_task_list
        return next(t.compare_task_status for t in listed if t.compare_task_id == comparison)

    return str(waited(state, lambda found: found in ENDED))


def _filled(server: Server, database: str, wrong: int) -> None:
    values = ", ".join(f"({n}, 'row {n + (n <= wrong)}')" for n in range(ROWS))
    execute(
        server,
        f"CREATE TABLE {database}.t (id int PRIMARY KEY, name varchar(20))",
        f"INSERT INTO {database}.t VALUES {values}",
    )


@pytest.mark.filterwarnings("ignore::DeprecationWarning:huaweicloudsdkcore")
@pytest.mark.filterwarnings("ignore::DeprecationWarning:huaweicloudsdkdrs")
def test_the_official_sdk_does_the_whole_of_a_users_work(
    service: Service,
    credentials: BasicCredentials,
    mysql: Server,
    mysql_second: Server,
    fresh_database: Callable[[Server], str],
) -> None:
    database = fresh_database(mysql)
    servers.create_database(mysql_second, database)
    _filled(mysql, database, -1)
    _filled(mysql_second, database, 16)
    v5, v3 = (_built(kind, service, credentials) for kind in (DrsClientV5, DrsClientV3))
    job = _job(v5, mysql, mysql_second)

    lines = _compared(v3, job, "lines", database)
    assert _ended(v3, job, lines) == "SUCCESSFUL"
    found = _result(v3, job, 1, line_compare_id=lines).line_compare_results
    assert [o.line_compare_result for o in found.line_compare_overview] == ["CONSISTENT"]
    assert found.line_compare_details[0].line_compare_detail[0].source_row_num == ROWS

    contents = _compared(v3, job, "contents", database)
    assert _ended(v3, job, contents) == "SUCCESSFUL"
    request = ShowCompareProgressRequest(job_id=job, compare_job_id=contents)
    progress = v5.show_compare_progress(request)
    assert progress.full_info.progress == 100
    assert progress.incre_info is None

    keys = set()
    for page in (1, 2, 3):
        diffs = _result(v3, job, page, content_compare_id=contents)
        for diff in diffs.content_compare_results.content_compare_diffs:
            assert diff.content_compare_diff_count == 17
            keys |= {int(one.source_key_value[0]) for one in diff.content_compare_diff}
    assert keys == set(range(17))
    servers.drop_database(mysql_second, database)


@pytest.mark.filterwarnings("ignore::DeprecationWarning:huaweicloudsdkcore")
@pytest.mark.filterwarnings("ignore::DeprecationWarning:huaweicloudsdkdrs")
def test_the_sdk_reads_our_errors(service: Service, credentials: BasicCredentials) -> None:
    client = _built(DrsClientV5, service, credentials)
    request = ShowJobDetailRequest(job_id="94800607-3cd8-4f7d-a340-63a10f8jb502")
    with pytest.raises(ClientRequestException) as raised:
        client.show_job_detail(request)
    assert raised.value.status_code == 400
    assert raised.value.error_code == "DRS.10000010"
    assert raised.value.error_msg == "Task information not found."
