"""Jobs, their actions, and the progress of their comparisons."""

from typing import Any

from fastapi import APIRouter, Request, Response

from syncproof.api import wanted
from syncproof.api.asked import (
    ComparisonId,
    JobId,
    Operator,
    ProjectId,
    Reader,
    body,
    content,
    services_of,
)
from syncproof.api.failures import failure_of, message_of
from syncproof.api.paging import page
from syncproof.api.shape import checked, described
from syncproof.api.v5 import jobs
from syncproof.api.v5.wire import (
    Action,
    ActionRequest,
    CompareTaskParam,
    CreateJobRequest,
    DbObject,
    UpdateJobRequest,
)
from syncproof.bootstrap import Services
from syncproof.domain.comparison import ComparisonKind
from syncproof.domain.errors import InvalidParameter, MissingParameter, NotFound
from syncproof.domain.job import Job
from syncproof.domain.principal import Principal
from syncproof.messages import language_of
from syncproof.service.comparisons import Wanted
from syncproof.service.names import WantedDatabase

router = APIRouter(prefix="/v5/{project_id}/jobs", tags=["jobs v5"])


@router.post("", openapi_extra=described(CreateJobRequest))
async def create_job(
    request: Request, project_id: ProjectId, principal: Operator
) -> dict[str, Any]:
    """Name a source and a target that replication connects."""
    given = await content(request)
    asked = checked(CreateJobRequest, given)
    services = services_of(request)
    new = jobs.new_job(asked.job, given["job"], services.box)
    return jobs.created(await services.jobs.create(project_id, new))


@router.get("")
async def list_jobs(request: Request, project_id: ProjectId, principal: Reader) -> dict[str, Any]:
    """The jobs of the project, newest first."""
    services = services_of(request)
    offset, limit = page(request)
    name = request.query_params.get("name")
    count, found = await services.jobs.page(project_id, offset, limit, name)
    listed = [jobs.listed(job, await services.jobs.children(job)) for job in found]
    return {"total_count": count, "jobs": listed}


@router.get("/{job_id}")
async def show_job(
    request: Request, project_id: ProjectId, job_id: JobId, principal: Reader
) -> dict[str, Any]:
    """A job: its sides without their passwords, its scope, where it stands and why."""
    services = services_of(request)
    job = await services.jobs.get(project_id, wanted.job_id(job_id))
    return {"job": jobs.detail(job, await services.jobs.children(job))}


@router.put("/{job_id}", openapi_extra=described(UpdateJobRequest))
async def update_job(
    request: Request, project_id: ProjectId, job_id: JobId, principal: Operator
) -> dict[str, Any]:
    """Change the scope, what maps to what, or the name of a job."""
    services = services_of(request)
    asked = await body(request, UpdateJobRequest)
    job = await services.jobs.get(project_id, wanted.job_id(job_id))
    params = asked.job.params
    scope = jobs.scope(params.db_object, job) if params.db_object else None
    given = dict(job.given)
    if params.db_object:
        given["db_object"] = params.db_object.model_dump(exclude_none=True)
    name = params.base_info.name if params.base_info else None
    changed = await services.jobs.change(project_id, job.id, scope, given, name)
    return {"id": changed.id, "name": changed.name, "status": "success"}


@router.delete("/{job_id}")
async def delete_job(
    request: Request, project_id: ProjectId, job_id: JobId, principal: Operator
) -> dict[str, Any]:
    """End a job's comparisons and forget it."""
    await services_of(request).jobs.delete(project_id, wanted.job_id(job_id))
    return {}


@router.post("/{job_id}/action", openapi_extra=described(ActionRequest))
async def act(
    request: Request, response: Response, project_id: ProjectId, job_id: JobId, principal: Operator
) -> dict[str, Any]:
    """Test, start, stop, restart or end a job; create or cancel a comparison of it."""
    services = services_of(request)
    asked = (await body(request, ActionRequest)).job
    job = await services.jobs.get(project_id, wanted.job_id(job_id))
    match asked.action_name:
        case "network":
            return await _network(request, services, job)
        case "start":
            await services.jobs.start(project_id, job.id)
        case "restart":
            await services.jobs.start(project_id, job.id)
            response.status_code = 202
        case "stop":
            await services.jobs.stop(project_id, job.id)
            response.status_code = 202
        case "terminate":
            await services.jobs.terminate(project_id, job.id)
        case "create_compare":
            return {"query_id": await _create(services, job, _param(asked), principal)}
        case "cancel_compare":
            comparison = wanted.comparison_id(
                _param(asked).compare_task_id or "", "compare_task_id"
            )
            await services.comparisons.cancel(project_id, job.id, comparison)
            return {"query_id": comparison}
        case other:
            reason = f"{other[:40]} is not available"
            raise InvalidParameter(name="action_name", reason=reason)
    return {"query_id": job.id}


def _param(asked: Action) -> CompareTaskParam:
    if asked.action_params is None or asked.action_params.compare_task_param is None:
        raise MissingParameter(name="compare_task_param")
    return asked.action_params.compare_task_param


async def _network(request: Request, services: Services, job: Job) -> dict[str, Any]:
    language = language_of(request.headers.get("x-language"))
    results = []
    for one in await services.jobs.test(job.project, job.id):
        said = message_of(one.reason, language) if one.reason else None
        code = failure_of(one.reason).code if one.reason else None
        results.append(jobs.network_result(one, said, code))
    given = dict(job.given) | {"network_results": results}
    await services.jobs.change(job.project, job.id, None, given)
    return {"query_id": job.id, "network_results": results}


async def _create(
    services: Services, job: Job, asked: CompareTaskParam, principal: Principal
) -> str:
    if not asked.type:
        raise MissingParameter(name="type")
    if asked.type not in ("lines", "contents"):
        raise InvalidParameter(name="type", reason="lines or contents")
    if not asked.db_object:
        raise MissingParameter(name="db_object")
    scoped = jobs.scope(DbObject(object_info=asked.db_object), job)
    wish = Wanted(
        kind=ComparisonKind(asked.type),
        databases=tuple(
            WantedDatabase(one.name, tuple(t.name for t in one.tables) if one.tables else None)
            for one in scoped
        )
        or None,
        start_at=wanted.moment(asked.start_time),
        options=wanted.options(asked.option, services.comparisons.defaults, "option"),
    )
    ready = await services.comparisons.ready_job(job.project, job.id)
    planned = await services.comparisons.plan(ready, wish)
    return await services.comparisons.create(ready, wish, planned)


@router.get("/{job_id}/compare-progress/{compare_job_id}")
async def show_progress(
    request: Request,
    project_id: ProjectId,
    job_id: JobId,
    compare_job_id: ComparisonId,
    principal: Reader,
) -> dict[str, Any]:
    """How far a comparison of rows or of values is."""
    services = services_of(request)
    comparison = wanted.comparison_id(compare_job_id)
    job = wanted.job_id(job_id)
    found = await services.comparisons.get(project_id, job, comparison)
    if found.kind is ComparisonKind.OBJECTS:
        raise NotFound()
    progress = await services.comparisons.progress(project_id, job, comparison)
    return {
        "full_info": {
            "progress": progress.percent,
            "src_speed": speed(progress.speed),
            "recheck_entities": progress.recheck,
        },
        "global_info": {"src_speed": speed(progress.speed)},
    }


def speed(bytes_a_second: float) -> str:
    """A speed with two decimals, in units of 1024."""
    for unit in ("B/s", "KB/s", "MB/s"):
        if bytes_a_second < 1024:
            return f"{bytes_a_second:.2f}{unit}"
        bytes_a_second /= 1024
    return f"{bytes_a_second:.2f}GB/s"
