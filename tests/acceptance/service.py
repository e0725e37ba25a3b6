"""The service as a process of its own, and a client that speaks to it."""

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.servers import Server

PASSWORD = "acceptance-password"
BIN = Path(sys.executable).parent
ENDED = ("SUCCESSFUL", "FAILED", "CANCELLED", "TIMEOUT_INTERRUPT")
_PATIENCE = 60


def free_port() -> int:
    """A port of the loopback that nobody listens on just now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass
class Service:
    """`syncproof serve` in a home folder; `start` again after `kill` finds what was kept."""

    home: Path
    port: int
    extra: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables of the service and of its command line."""
        return (
            os.environ
            | self.extra
            | {
                "SYNCPROOF_HOME": str(self.home),
                "SYNCPROOF_LISTEN": f"127.0.0.1:{self.port}",
                "SYNCPROOF_ADMIN_PASSWORD": PASSWORD,
                "SYNCPROOF_LEASE_SECONDS": "1",
            }
        )

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self.home.parent / f"{self.home.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(BIN / "syncproof"), "serve"], env=self.environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                httpx.get(f"{self.url}/health").raise_for_status()
                return
            except httpx.TransportError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End it, at once unless told otherwise."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(_PATIENCE)

    def run(self, *arguments: str) -> str:
        """What a command of the command line prints, over the same home."""
        command = [str(BIN / "syncproof"), *arguments]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=True
        )
        return done.stdout


class Client:
    """A caller with a token of admin in the project `default`."""

    def __init__(self, service: Service, user: str = "admin", password: str = PASSWORD) -> None:
        nothing_idle = httpx.Limits(max_keepalive_connections=0)
        self.http = httpx.Client(base_url=service.url, timeout=60, limits=nothing_idle)
        answer = self.http.post("/v3/auth/tokens", json=login(user, password))
        assert answer.status_code == 201, answer.text
        self.project = answer.json()["token"]["project"]["id"]
        self.http.headers["X-Auth-Token"] = answer.headers["X-Subject-Token"]

    def job(
        self,
        source: tuple[Server, str],
        target: tuple[Server, str],
        mapping: dict[str, Any] | None = None,
    ) -> str:
        """The id of a new job that has been started."""
        body = job_body(source, target)
        job = str(self.ok(self.http.post(f"/v5/{self.project}/jobs", json=body))["id"])
        if mapping:
            scope = {"object_scope": "database", "object_info": mapping}
            change = {"job": {"params": {"db_object": scope}}}
            self.ok(self.http.put(f"/v5/{self.project}/jobs/{job}", json=change))
        self.act(job, "start")
        state = self.settled(job)
        assert state["status"] == "INCRE_TRANSFER_STARTED", state
        return job

    def act(self, job: str, action: str) -> Any:
        """The answer to an action."""
        body = {"job": {"action_name": action}}
        return self.ok(self.http.post(f"/v5/{self.project}/jobs/{job}/action", json=body))

    def settled(self, job: str) -> Any:
        """The job once it has left STARTJOBING."""
        return waited(
            lambda: self.ok(self.http.get(f"/v5/{self.project}/jobs/{job}"))["job"],
            lambda found: found["status"] != "STARTJOBING",
        )

    def create(self, job: str, kind: str, database: str, **fields: Any) -> httpx.Response:
        """The answer to create-compare-task over one database."""
        info = {
            "conflict_policy": "keep",
            "compare_type": kind,
            "compare_object_infos": [{"db_name": database}],
        }
        body = {"job_id": job, "data_level_compare_info": info | fields}
        return self.http.post(f"/v3/{self.project}/jobs/create-compare-task", json=body)

    def created(self, job: str, kind: str, database: str, **fields: Any) -> str:
        """The id of a new comparison."""
        answer = self.ok(self.create(job, kind, database, **fields))
        return str(answer["data_level_compare_create_result"]["compare_task_id"])

    def result(self, job: str, page: int = 1, size: int = 1000, **ids: str) -> Any:
        """One page of query-compare-result."""
        body = {"job_id": job, "current_page": page, "per_page": size} | ids
        path = f"/v3/{self.project}/jobs/query-compare-result"
        return self.ok(self.http.post(path, json=body))

    def state(self, job: str, comparison: str) -> str:
        """The status of a comparison."""
        listed = self.result(job)["compare_task_list_results"]["compare_task_list"]
        return str(
            next(t["compare_task_status"] for t in listed if t["compare_task_id"] == comparison)
        )

    def ended(self, job: str, comparison: str) -> str:
        """The status of a comparison once it has ended."""
        return waited(lambda: self.state(job, comparison), lambda state: state in ENDED)

    def ok(self, answer: httpx.Response) -> Any:
        """The body of an answer that says 200."""
        assert answer.is_success, answer.text
        return answer.json()


def login(user: str, password: str, project: str | None = "default") -> dict[str, Any]:
    """The body of a password login."""
    named = {"name": user, "password": password, "domain": {"name": "Default"}}
    scope = {"project": {"name": project}} if project else {"domain": {"name": "Default"}}
    identity = {"methods": ["password"], "password": {"user": named}}
    return {"auth": {"identity": identity, "scope": scope}}


def job_body(source: tuple[Server, str], target: tuple[Server, str]) -> dict[str, Any]:
    """The body that creates a job."""
    families = (source[0].family, target[0].family)
    return {
        "job": {
            "base_info": {
                "name": "acceptance",
                "job_type": "sync",
                "engine_type": "-to-".join(families),
                "job_direction": "up",
                "task_type": "FULL_INCR_TRANS",
            },
            "source_endpoint": [_endpoint(source, "so")],
            "target_endpoint": [_endpoint(target, "ta")],
        }
    }


def _endpoint(side: tuple[Server, str], kind: str) -> dict[str, Any]:
    server, database = side
    return {
        "db_type": server.family,
        "endpoint_type": kind,
        "endpoint": {
            "ip": server.host,
            "db_port": str(server.port),
            "db_user": server.user,
            "db_password": server.password,
            "db_name": database,
        },
    }


def waited(look: Any, good: Any, patience: float = _PATIENCE) -> Any:
    """What `look` gives once it is `good`; the last look is shown where it never is."""
    deadline = time.monotonic() + patience
    while not good(found := look()):
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found
