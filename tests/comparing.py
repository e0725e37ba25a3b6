"""A job over two real servers, made and driven through the API as a caller would."""

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from tests.servers import Server

SECONDS = 60
"""How long a test waits for the service before it fails."""


def endpoint(server: Server, role: str, database: str = "", **fields: Any) -> dict[str, Any]:
    """One side of a job, as the SDK's JobEndpointInfo."""
    return {
        "db_type": server.family,
        "endpoint_type": "offline",
        "endpoint_role": role,
        "endpoint": {
            "endpoint_name": server.family,
            "ip": server.host,
            "db_port": str(server.port),
            "db_user": server.user,
            "db_password": server.password,
            **({"db_name": database} if database else {}),
            **fields,
        },
    }


def job_body(source: dict[str, Any], target: dict[str, Any], **base: Any) -> dict[str, Any]:
    """The body of POST /v5/{project_id}/jobs."""
    kinds = source["db_type"], target["db_type"]
    engine = kinds[0] if kinds[0] == kinds[1] else "-to-".join(kinds)
    info = {
        "name": f"job-{uuid.uuid4().hex[:12]}",
        "job_type": "sync",
        "engine_type": engine,
        "job_direction": "up",
        "task_type": "FULL_INCR_TRANS",
        "net_type": "eip",
        **base,
    }
    return {"job": {"base_info": info, "source_endpoint": [source], "target_endpoint": [target]}}


def mapped(names: dict[str, str], **fields: Any) -> dict[str, Any]:
    """A `db_object` of whole databases with their names on the target."""
    objects = {source: {"name": target, "all": True} for source, target in names.items()}
    return {"object_scope": "database", "object_info": objects, **fields}


@dataclass
class Driven:
    """A job that is driven through a client."""

    client: httpx.Client
    project: str
    id: str

    @property
    def v3(self) -> str:
        return f"/v3/{self.project}/jobs"

    @property
    def v5(self) -> str:
        return f"/v5/{self.project}/jobs/{self.id}"

    def detail(self, **query: str) -> dict[str, Any]:
        return good(self.client.get(self.v5, params=query))["job"]

    def act(self, name: str, **params: Any) -> httpx.Response:
        action = {"action_name": name, "action_params": params}
        return self.client.post(f"{self.v5}/action", json={"job": action})

    def put(self, db_object: dict[str, Any]) -> httpx.Response:
        change = {"type": "db_object", "params": {"db_object": db_object}}
        return self.client.put(self.v5, json={"job": change})

    def started(self) -> "Driven":
        """The job, in INCRE_TRANSFER_STARTED."""
        good(self.act("start"))
        detail = awaited(self.detail, lambda job: job["status"] != "STARTJOBING")
        assert detail["status"] == "INCRE_TRANSFER_STARTED", detail
        return self

    def create(self, **data: Any) -> httpx.Response:
        level = {"conflict_policy": "keep", "compare_type": "contents", **data}
        body = {"job_id": self.id, "data_level_compare_info": level}
        return self.client.post(f"{self.v3}/create-compare-task", json=body)

    def created(self, databases: Sequence[str], **data: Any) -> str:
        """The id of a new comparison of whole databases."""
        infos = [{"db_name": name} for name in databases]
        answer = good(self.create(compare_object_infos=infos, **data))
        return answer["data_level_compare_create_result"]["compare_task_id"]

    def progress(self, comparison: str) -> httpx.Response:
        return self.client.get(f"{self.v5}/compare-progress/{comparison}")

    def result(self, page: int = 1, size: int = 1000, **ids: str) -> dict[str, Any]:
        body = {"job_id": self.id, "current_page": page, "per_page": size, **ids}
        return good(self.client.post(f"{self.v3}/query-compare-result", json=body))

    def listed(self, comparison: str) -> dict[str, Any]:
        tasks = self.result()["compare_task_list_results"]["compare_task_list"]
        return next(task for task in tasks if task["compare_task_id"] == comparison)

    def ended(self, comparison: str) -> str:
        """The state in which a comparison ended."""
        over = {"SUCCESSFUL", "FAILED", "CANCELLED", "TIMEOUT_INTERRUPT"}
        task = awaited(
            lambda: self.listed(comparison), lambda task: task["compare_task_status"] in over
        )
        return task["compare_task_status"]


def new_job(client: httpx.Client, project: str, body: dict[str, Any]) -> Driven:
    """A job that was created."""
    answer = good(client.post(f"/v5/{project}/jobs", json=body))
    return Driven(client, project, answer["id"])


def good(answer: httpx.Response) -> Any:
    """The body of an answer that is a success."""
    assert answer.status_code in (200, 201, 202), (answer.status_code, answer.text)
    return answer.json()


def refused(answer: httpx.Response, status: int, code: str) -> str:
    """The words of an answer that is this refusal."""
    body = answer.json()
    assert (answer.status_code, body.get("error_code")) == (status, code), answer.text
    assert 1 <= len(body["error_msg"]) <= 512
    assert len(answer.headers["X-Request-Id"]) == 32
    if code.startswith("APIGW."):
        assert body["request_id"] == answer.headers["X-Request-Id"]
    return body["error_msg"]


def awaited(ask: Any, until: Any) -> Any:
    """The first answer that satisfies; asking again is what takes the time."""
    deadline = time.monotonic() + SECONDS
    while not until(answer := ask()):
        assert time.monotonic() < deadline, answer
    return answer
