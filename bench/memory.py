"""Peak memory of the whole service while it compares values through the API."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from bench import load, subjects, table
from bench.subjects import Side
from tests import servers
from tests.servers.started.process import free_port


def measure(folder: Path, sizes: list[int]) -> Iterator[str]:
    """Lines of peak resident memory: equal tables of each size, and 13 % different ones."""
    source = Side(servers.mysql(), load.DATABASE)
    target = Side(servers.mysql_second(), load.DATABASE)
    for rows in sizes:
        load.fill(source, folder, rows)
        load.fill(target, folder, rows)
        yield _line(folder, source, target, rows, 0)
    load.fill(source, folder, sizes[0])
    load.fill(target, folder, sizes[0])
    load.change(target, [*table.share(8), f"DELETE FROM {table.NAME} WHERE id % 200 = 1"])
    yield _line(folder, source, target, sizes[0], sizes[0] // 8 + sizes[0] // 200)


def _line(folder: Path, source: Side, target: Side, rows: int, expected: int) -> str:
    peak, found = _service_peak(folder / f"home-{rows}-{expected}", source, target)
    if found != expected:
        raise SystemExit(f"the service found {found} differences, planted were {expected}")
    return f"memory {rows:>9} rows, {expected:>7} different: service peak {peak / 1024:.0f} MB"


def _service_peak(home: Path, source: Side, target: Side) -> tuple[int, int]:
    """Kilobytes of the service's highest resident set, and the differences that it found."""
    port = free_port()
    settings = {
        "SYNCPROOF_HOME": str(home),
        "SYNCPROOF_LISTEN": f"127.0.0.1:{port}",
        "SYNCPROOF_ADMIN_PASSWORD": "bench-password",
    }
    service = subprocess.Popen(
        [str(subjects.BIN / "syncproof"), "serve"],
        env=os.environ | settings,
        stdout=subprocess.DEVNULL,
        stderr=sys.stderr,
    )
    try:
        found = _compare(f"http://127.0.0.1:{port}", source, target)
        status = Path(f"/proc/{service.pid}/status").read_text()
        peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(peak.split()[1]), found
    finally:
        service.terminate()
        service.wait(30)


def _compare(url: str, source: Side, target: Side) -> int:
    with httpx.Client(base_url=url, timeout=60) as client:
        project = _log_in(client)
        job = _start_job(client, project, source, target)
        body = {
            "job_id": job,
            "data_level_compare_info": {
                "conflict_policy": "cancel",
                "compare_type": "contents",
                "compare_object_infos": [{"db_name": source.table.database}],
            },
        }
        created = client.post(f"/v3/{project}/jobs/create-compare-task", json=body)
        task = created.json()["data_level_compare_create_result"]["compare_task_id"]
        return _differences(client, project, job, task)


def _log_in(client: httpx.Client) -> str:
    """Wait for the service, take a token, give the project's id."""
    user = {"name": "admin", "password": "bench-password", "domain": {"name": "Default"}}
    scope = {"project": {"name": "default", "domain": {"name": "Default"}}}
    auth = {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}
    deadline = time.monotonic() + 60
    while True:
        try:
            answer = client.post("/v3/auth/tokens", json={"auth": auth})
            break
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
    client.headers["X-Auth-Token"] = answer.headers["X-Subject-Token"]
    return str(answer.json()["token"]["project"]["id"])


def _endpoint(side: Side, kind: str) -> dict[str, object]:
    s = side.server
    return {
        "db_type": s.family,
        "endpoint_type": kind,
        "endpoint": {
            "endpoint_name": s.family,
            "ip": s.host,
            "db_port": str(s.port),
            "db_user": s.user,
            "db_password": s.password,
            "db_name": side.database,
        },
    }


def _start_job(client: httpx.Client, project: str, source: Side, target: Side) -> str:
    body = {
        "job": {
            "base_info": {
                "name": "bench",
                "job_type": "sync",
                "engine_type": "mysql",
                "task_type": "FULL_INCR_TRANS",
                "job_direction": "up",
            },
            "source_endpoint": [_endpoint(source, "so")],
            "target_endpoint": [_endpoint(target, "ta")],
        }
    }
    job = str(client.post(f"/v5/{project}/jobs", json=body).json()["id"])
    action = {"job": {"action_name": "start"}}
    client.post(f"/v5/{project}/jobs/{job}/action", json=action).raise_for_status()
    while True:
        state = client.get(f"/v5/{project}/jobs/{job}").json()["job"]["status"]
        if state != "STARTJOBING":
            break
        time.sleep(0.1)
    if state != "INCRE_TRANSFER_STARTED":
        raise SystemExit(f"the job did not start: {state}")
    return job


def _differences(client: httpx.Client, project: str, job: str, task: str) -> int:
    """Wait for the end of the comparison and give the number of rows that differ."""
    query = {"job_id": job, "content_compare_id": task, "current_page": 1, "per_page": 10}
    while True:
        answer = client.post(f"/v3/{project}/jobs/query-compare-result", json=query).json()
        listed = answer["compare_task_list_results"]["compare_task_list"]
        state = next(t["compare_task_status"] for t in listed if t["compare_task_id"] == task)
        if state in ("SUCCESSFUL", "FAILED", "CANCELLED"):
            details = answer["content_compare_results"]["content_compare_details"]
            return sum(d["diff_row_num"] for g in details for d in g["content_compare_detail"])
        time.sleep(0.5)
