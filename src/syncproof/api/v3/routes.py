"""Creating, cancelling and reading comparisons."""

from typing import Any

from fastapi import APIRouter, Depends, Request

from syncproof.api import wanted as words
from syncproof.api.asked import Wire, body, operator, page, reader, services_of
from syncproof.api.failures import ObjectsNotBuilt, failure_of, message_of
from syncproof.api.v3 import wording
from syncproof.api.v3.wire import CreateRequest, DataLevel, ResultRequest, TableCompareRequest
from syncproof.bootstrap import Services
from syncproof.domain.comparison import ComparisonKind
from syncproof.domain.errors import (
    Forbidden,
    InvalidRequest,
    NotFound,
    OperationInProgress,
    SyncproofError,
)
from syncproof.domain.job import Job
from syncproof.domain.principal import Principal
from syncproof.messages import language_of
from syncproof.service.comparisons import Wanted

router = APIRouter(prefix="/v3/{project_id}/jobs", tags=["comparisons v3"])
_LISTED = 1000


def _takes(model: type[Wire]) -> dict[str, Any]:
    """The description of a body that the route reads itself."""
    schema = model.model_json_schema()
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


@router.post("/create-compare-task", openapi_extra=_takes(CreateRequest))
async def create_compare_task(
    request: Request, project_id: str, principal: Principal = Depends(reader)
) -> dict[str, Any]:
    """Create a comparison of objects, of data, or both; with neither, list what there is."""
    asked = await body(request, CreateRequest)
    services = services_of(request)
    job_id = words.job_id(asked.job_id)
    data = asked.data_level_compare_info
    if not asked.object_level_compare_type and data is None:
        job = await services.comparisons.carrying_job(project_id, job_id)
        return {"job_id": job.id, "compare_task_list_results": await _task_list(services, job)}
    if not principal.may_operate():
        raise Forbidden()
    if asked.object_level_compare_type and data and data.compare_type == "contents":
        reason = "object-level comparison and value comparison cannot run at the same time"
        raise InvalidRequest(reason=reason)
    wish = _wanted(data, principal, services) if data else None
    job = await services.comparisons.ready_job(project_id, job_id)
    answer: dict[str, Any] = {"job_id": job.id}
    planned = await services.comparisons.plan(job, wish) if wish else []
    if asked.object_level_compare_type:
        answer["object_level_compare_create_result"] = _part(request, ObjectsNotBuilt())
    if wish:
        try:
            created = await services.comparisons.create(job, wish, planned)
            answer["data_level_compare_create_result"] = {"compare_task_id": created}
        except OperationInProgress as error:
            answer["data_level_compare_create_result"] = _part(request, error)
    return answer


def _wanted(data: DataLevel, principal: Principal, services: Services) -> Wanted:
    databases = words.databases(
        data.compare_mode,
        data.compare_object_infos,
        data.compare_object_infos_with_token,
        principal,
        services.settings,
    )
    return Wanted(
        kind=ComparisonKind(data.compare_type),
        databases=databases,
        start_at=words.moment(data.start_time),
        replace=data.conflict_policy == "cancel",
    )


def _part(request: Request, error: SyncproofError) -> dict[str, str]:
    """An error in its own part of an answer."""
    language = language_of(request.headers.get("x-language"))
    return {"error_code": failure_of(error).code, "error_msg": message_of(error, language)}


async def _task_list(services: Services, job: Job, offset: int = 0, limit: int = _LISTED) -> Any:
    count, listed = await services.comparisons.page(job, offset, limit)
    return wording.task_list(count, listed)


@router.post("/query-compare-result", openapi_extra=_takes(ResultRequest))
async def query_compare_result(
    request: Request, project_id: str, principal: Principal = Depends(reader)
) -> dict[str, Any]:
    """What comparisons found: overview, tables, rows that differ, and the list of comparisons."""
    asked = await body(request, ResultRequest)
    services = services_of(request)
    job = await services.comparisons.carrying_job(project_id, words.job_id(asked.job_id))
    offset = (asked.current_page - 1) * asked.per_page
    rows = slice(offset, offset + asked.per_page)
    answer: dict[str, Any] = {"job_id": job.id}
    if asked.object_level_compare_id:
        words.comparison_id(asked.object_level_compare_id, "object_level_compare_id")
        raise NotFound()
    if asked.line_compare_id:
        line = words.comparison_id(asked.line_compare_id, "line_compare_id")
        answer["line_compare_results"] = await _lines(services, job, line, rows)
    if asked.content_compare_id:
        content = words.comparison_id(asked.content_compare_id, "content_compare_id")
        answer["content_compare_results"] = await _contents(services, job, content, rows)
    listed = await _task_list(services, job, offset, asked.per_page)
    return answer | {"compare_task_list_results": listed}


async def _lines(services: Services, job: Job, comparison: str, rows: slice) -> dict[str, Any]:
    kind = ComparisonKind.LINES
    found, databases = await services.results.of(job.project, job.id, comparison, kind)
    return wording.line_results(found, databases, rows)


async def _contents(services: Services, job: Job, comparison: str, rows: slice) -> dict[str, Any]:
    kind = ComparisonKind.CONTENTS
    found, databases = await services.results.of(job.project, job.id, comparison, kind)
    tables = [table for database in databases for table in database.tables]
    differences = await services.results.differences(
        found, tables, rows.start, rows.stop - rows.start
    )
    return wording.content_results(found, databases, differences, rows)


@router.post("/{job_id}/table/compare", openapi_extra=_takes(TableCompareRequest))
async def create_table_compare(
    request: Request, project_id: str, job_id: str, principal: Principal = Depends(operator)
) -> dict[str, Any]:
    """Create a comparison of data; refused while another one is unfinished."""
    job_id = words.job_id(job_id)
    asked = await body(request, TableCompareRequest)
    services = services_of(request)
    wish = Wanted(
        kind=ComparisonKind(asked.type),
        databases=words.databases(
            asked.compare_mode,
            asked.compare_object,
            asked.compare_object_with_token,
            principal,
            services.settings,
            "compare_object",
        ),
        start_at=words.moment(asked.start_time),
        options=words.options(asked.options, services.comparisons.defaults),
    )
    job = await services.comparisons.ready_job(project_id, job_id)
    planned = await services.comparisons.plan(job, wish)
    return {"id": await services.comparisons.create(job, wish, planned)}


@router.get("/{job_id}/table/compare")
async def list_table_compare(
    request: Request, project_id: str, job_id: str, principal: Principal = Depends(reader)
) -> dict[str, Any]:
    """The comparisons of data of a job, newest first."""
    services = services_of(request)
    offset, limit = page(request)
    job = await services.comparisons.carrying_job(project_id, words.job_id(job_id))
    kinds = (ComparisonKind.LINES, ComparisonKind.CONTENTS)
    count, listed = await services.comparisons.page(job, offset, limit, kinds)
    return {"compare_jobs": [wording.compare_job(one) for one in listed], "count": count}


@router.post("/{job_id}/table/compare/{compare_job_id}")
async def start_table_compare(
    request: Request,
    project_id: str,
    job_id: str,
    compare_job_id: str,
    principal: Principal = Depends(operator),
) -> dict[str, Any]:
    """Start a comparison now that waits for its time."""
    comparison = words.comparison_id(compare_job_id)
    await services_of(request).comparisons.start_now(project_id, words.job_id(job_id), comparison)
    return {}


@router.delete("/{job_id}/compare/{compare_job_id}")
async def cancel_compare(
    request: Request,
    project_id: str,
    job_id: str,
    compare_job_id: str,
    principal: Principal = Depends(operator),
) -> dict[str, Any]:
    """Cancel a comparison; its queries are gone within two seconds."""
    comparison = words.comparison_id(compare_job_id)
    await services_of(request).comparisons.cancel(project_id, words.job_id(job_id), comparison)
    return {}
