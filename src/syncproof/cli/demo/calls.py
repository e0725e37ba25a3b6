"""The calls that a user would make, each printed shortly with its answer."""

import asyncio
from typing import Any

import httpx
import orjson
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from syncproof.cli.demo.embedded import LOOPBACK, PASSWORD, Embedded
from syncproof.cli.demo.shop import TABLES

_SHOWN = 110
_ENDED = ("SUCCESSFUL", "FAILED", "CANCELLED", "TIMEOUT_INTERRUPT")


class Caller:
    """A client of the service that shows what it does."""

    def __init__(self, url: str, out: Console) -> None:
        self._http = httpx.AsyncClient(base_url=url, timeout=60)
        self._out = out
        self.project = ""

    async def call(self, method: str, path: str, body: Any = None, *, shown: bool = True) -> Any:
        """The body of an answer; an error of the service ends the demo."""
        answer = await self._http.request(method, path, json=body)
        if shown:
            self._out.print(
                Text(f"{method} {path.replace(self.project or '∅', '$PROJECT')}", style="bold cyan")
            )
            if body is not None:
                self._out.print(Text(f"  → {_short(body)}", style="dim"), soft_wrap=True)
            self._out.print(
                Text(f"  ← {answer.status_code} {_short(answer.json())}"), soft_wrap=True
            )
        answer.raise_for_status()
        return answer.json()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def ready(self) -> None:
        """Wait until the service answers."""
        while True:
            try:
                await self._http.get("/health")
                return
            except httpx.TransportError:
                await asyncio.sleep(0.1)

    async def log_in(self, password: str) -> None:
        """Take a token."""
        user = {"name": "admin", "password": password, "domain": {"name": "Default"}}
        auth = {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"name": "default"}},
        }
        path = "/v3/auth/tokens"
        answer = await self._http.post(path, json={"auth": auth})
        answer.raise_for_status()
        self._out.print(Text(f"POST {path}", style="bold cyan"))
        self._out.print("  ← 201, the token in the header X-Subject-Token")
        self.project = answer.json()["token"]["project"]["id"]
        self._http.headers["X-Auth-Token"] = answer.headers["X-Subject-Token"]

    async def job(self, source: Embedded, target: Embedded) -> str:
        """Make a job of the two servers and start it."""
        body = {
            "job": {
                "base_info": {
                    "name": "shop",
                    "job_type": "sync",
                    "engine_type": "postgresql",
                    "job_direction": "up",
                    "task_type": "FULL_INCR_TRANS",
                },
                "source_endpoint": [_endpoint(source, "so")],
                "target_endpoint": [_endpoint(target, "ta")],
            }
        }
        job = str((await self.call("POST", f"/v5/{self.project}/jobs", body))["id"])
        tables = {table: {"name": table} for table in TABLES}
        scope = {"object_info": {"shop": {"schemas": {"public": {"tables": tables}}}}}
        path = f"/v5/{self.project}/jobs/{job}"
        await self.call("PUT", path, {"job": {"params": {"db_object": scope}}})
        await self.call("POST", f"{path}/action", {"job": {"action_name": "start"}})
        while (await self.call("GET", path, shown=False))["job"]["status"] == "STARTJOBING":
            await asyncio.sleep(0.1)
        await self.call("GET", path)
        return job

    async def compare(self, job: str) -> Any:
        """Compare every value, with a bar, and give what was found."""
        info = {
            "conflict_policy": "cancel",
            "compare_type": "contents",
            "compare_object_infos": [{"db_name": "public"}],
        }
        path = f"/v3/{self.project}/jobs/create-compare-task"
        answer = await self.call("POST", path, {"job_id": job, "data_level_compare_info": info})
        task = answer["data_level_compare_create_result"]["compare_task_id"]
        await self._follow(job, task)
        query = {"job_id": job, "content_compare_id": task, "current_page": 1, "per_page": 100}
        return await self.call("POST", f"/v3/{self.project}/jobs/query-compare-result", query)

    async def _follow(self, job: str, task: str) -> None:
        path = f"/v5/{self.project}/jobs/{job}/compare-progress/{task}"
        await self.call("GET", path)
        columns = (TextColumn("  comparing"), BarColumn(), TextColumn("{task.percentage:.0f} %"))
        with Progress(*columns, TextColumn("{task.fields[speed]}"), console=self._out) as bar:
            shown = bar.add_task("", total=100, speed="")
            while True:
                info = (await self.call("GET", path, shown=False))["full_info"]
                bar.update(shown, completed=info["progress"], speed=info["src_speed"])
                if await self._state(job, task) in _ENDED:
                    bar.update(shown, completed=100)
                    return
                await asyncio.sleep(0.2)

    async def _state(self, job: str, task: str) -> str:
        path = f"/v3/{self.project}/jobs/create-compare-task"
        answer = await self.call("POST", path, {"job_id": job}, shown=False)
        listed = answer["compare_task_list_results"]["compare_task_list"]
        return str(next(t["compare_task_status"] for t in listed if t["compare_task_id"] == task))


def show(answer: Any, out: Console) -> None:
    """The tables of a result and the rows that differ."""
    results = answer["content_compare_results"]
    tables = Table(title="What was found", title_justify="left", title_style="bold")
    for heading in ("table", "source rows", "target rows", "differ", "result"):
        tables.add_column(heading, justify="left" if heading in ("table", "result") else "right")
    for group in results["content_compare_details"]:
        for one in group["content_compare_detail"]:
            result = one["content_compare_result"]
            style = "green" if result == "CONSISTENT" else "red"
            numbers = (str(one[n]) for n in ("source_row_num", "target_row_num", "diff_row_num"))
            tables.add_row(one["source_table_name"], *numbers, Text(result, style=style))
    out.print(tables)
    rows = Table(title="The rows that differ", title_justify="left", title_style="bold")
    for heading in ("table", "key", "row", "column", "source", "target"):
        rows.add_column(heading, overflow="fold")
    for group in results["content_compare_diffs"]:
        for one in group["content_compare_diff"]:
            for line in _lines(group["source_table_name"], one):
                rows.add_row(*line)
    out.print(rows)


def _lines(table: str, difference: Any) -> list[tuple[Text, ...]]:
    key = difference.get("source_key_value") or difference.get("target_key_value")
    start = (Text(table), Text(", ".join(key)), Text(difference["kind"].replace("_", " ")))
    if difference["kind"] != "changed":
        return [(*start, Text(), Text(), Text())]
    return [
        (
            *start,
            Text(column["name"]),
            Text(str(column.get("source", "NULL")) or "''", style="green"),
            Text(str(column.get("target", "NULL")) or "''", style="red"),
        )
        for column in difference["columns"]
    ]


def _endpoint(server: Embedded, kind: str) -> dict[str, Any]:
    return {
        "db_type": "postgresql",
        "endpoint_type": kind,
        "endpoint": {
            "ip": LOOPBACK,
            "db_port": str(server.port),
            "db_user": "postgres",
            "db_password": PASSWORD,
            "db_name": "shop",
        },
    }


def _short(body: Any) -> str:
    text = orjson.dumps(body).decode().replace(f'"db_password":"{PASSWORD}"', '"db_password":"…"')
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
