"""Creating, cancelling and reading comparisons."""

from typing import Any

from fastapi import APIRouter, Request

from syncproof.api import wanted
from syncproof.api.asked import ComparisonId, JobId, Operator, ProjectId, Reader, body, services_of
from syncproof.api.failures import ObjectsNotBuilt, failure_of, message_of
from syncproof.api.paging import MOST, page, rows
from syncproof.api.shape import described
from syncproof.api.v3 import answers, wishes, wording
from syncproof.api.v3.wire import CreateRequest, ResultRequest, TableCompareRequest
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
from syncproof.messages import language_of
from syncproof.service.comparisons import Wanted

router = APIRouter(prefix="/v3/{project_id}/jobs", tags=["comparisons"])
_BOTH = "object-level comparison and value comparison cannot run at the same time"


@router.post(
    "/create-compare-task",
    openapi_extra=described(CreateRequest),
    responses=answers.told(answers.Created),
)
async def create_compare_task(
    request: Request, project_id: ProjectId, principal: Reader
) -> dict[str, Any]:
    """Create a comparison of objects, of data, or both; with neither, list what there is."""
    asked = await body(request, CreateRequest)
    services = services_of(request)
    data = asked.data_level_compare_info
    if asked.object_level_compare_type is None and data is None:
        job = await services.comparisons.carrying_job(project_id, asked.job_id)
        listed = await _task_list(request, job, 0, MOST)
        return {"job_id": job.id, "compare_task_list_results": listed}
    if not principal.may_operate():
        raise Forbidden()
    if asked.object_level_compare_type and data and data.compare_type == "contents":
        raise InvalidRequest(reason=_BOTH)
    wish = wishes.of_creation(data, principal, services.settings) if data else None
    job = await services.comparisons.ready_job(project_id, asked.job_id)
    answer: dict[str, Any] = {"job_id": job.id}
    created = await _created(request, services, job, wish) if wish else None
    if asked.object_level_compare_type:
        answer["object_level_compare_create_result"] = _part(request, ObjectsNotBuilt())
    if created:
        answer["data_level_compare_create_result"] = created
    return answer


async def _created(request: Request, services: Services, job: Job, wish: Wanted) -> dict[str, str]:
    """The data level's part of an answer: what depends on other comparisons is told in it."""
    planned = await services.comparisons.plan(job, wish)
    try:
        return {"compare_task_id": await services.comparisons.create(job, wish, planned)}
    except OperationInProgress as error:
        return _part(request, error)


def _part(request: Request, error: SyncproofError) -> dict[str, str]:
    """An error in its own part of an answer."""
    language = language_of(request.headers.get("x-language"))
    return {"error_code": failure_of(error).code, "error_msg": message_of(error, language)}


async def _task_list(request: Request, job: Job, offset: int, limit: int) -> dict[str, Any]:
    count, listed = await services_of(request).comparisons.page(job, offset, limit)
    return wording.task_list(count, listed, language_of(request.headers.get("x-language")))


@router.post(
    "/query-compare-result",
    openapi_extra=described(ResultRequest),
    responses=answers.told(answers.Results),
)
async def query_compare_result(
    request: Request, project_id: ProjectId, principal: Reader
) -> dict[str, Any]:
    """What comparisons found: overview, tables, rows that differ, and the list of comparisons."""
    asked = await body(request, ResultRequest)
    services = services_of(request)
    job = await services.comparisons.carrying_job(project_id, asked.job_id)
    shown = rows(asked.current_page, asked.per_page)
    language = language_of(request.headers.get("x-language"))
    answer: dict[str, Any] = {"job_id": job.id}
    if asked.object_level_compare_id:
        raise NotFound()  # there is none yet that could have an id
    if asked.line_compare_id:
        answer["line_compare_results"] = await _lines(
            services, job, asked.line_compare_id.lower(), shown, language
        )
    if asked.content_compare_id:
        answer["content_compare_results"] = await _contents(
            services, job, asked.content_compare_id.lower(), shown, language
        )
    listed = await _task_list(request, job, shown.start, asked.per_page)
    return answer | {"compare_task_list_results": listed}


async def _lines(
    services: Services, job: Job, comparison: str, shown: slice, language: str
) -> dict[str, Any]:
    kind = ComparisonKind.LINES
    found, databases = await services.results.of(job.project, job.id, comparison, kind)
    return wording.line_results(found, databases, shown, language)


async def _contents(
    services: Services, job: Job, comparison: str, shown: slice, language: str
) -> dict[str, Any]:
    kind = ComparisonKind.CONTENTS
    found, databases = await services.results.of(job.project, job.id, comparison, kind)
    tables = [table for database in databases for table in database.tables]
    limit = shown.stop - shown.start
    differences = await services.results.differences(found, tables, shown.start, limit)
    return wording.content_results(found, databases, differences, shown, language)


@router.post(
    "/{job_id}/table/compare",
    openapi_extra=described(TableCompareRequest),
    responses=answers.told(answers.Id),
)
async def create_table_compare(
    request: Request, project_id: ProjectId, job_id: JobId, principal: Operator
) -> dict[str, Any]:
    """Create a comparison of data; refused while another one is unfinished."""
    job_id = wanted.job_id(job_id)
    asked = await body(request, TableCompareRequest)
    services = services_of(request)
    comparisons = services.comparisons
    wish = wishes.of_tables(asked, principal, services.settings, comparisons.defaults)
    job = await comparisons.ready_job(project_id, job_id)
    return {"id": await comparisons.create(job, wish, await comparisons.plan(job, wish))}


@router.get("/{job_id}/table/compare", responses=answers.told(answers.CompareJobs))
async def list_table_compare(
    request: Request, project_id: ProjectId, job_id: JobId, principal: Reader
) -> dict[str, Any]:
    """The comparisons of data of a job, newest first, by `offset` and `limit`."""
    services = services_of(request)
    job_id = wanted.job_id(job_id)
    offset, limit = page(request)
    job = await services.comparisons.carrying_job(project_id, job_id)
    kinds = (ComparisonKind.LINES, ComparisonKind.CONTENTS)
    count, listed = await services.comparisons.page(job, offset, limit, kinds)
    return {"compare_jobs": [wording.compare_job(one) for one in listed], "count": count}


@router.post("/{job_id}/table/compare/{compare_job_id}")
async def start_table_compare(
    request: Request,
    project_id: ProjectId,
    job_id: JobId,
    compare_job_id: ComparisonId,
    principal: Operator,
) -> dict[str, Any]:
    """Start a comparison now that waits for its time."""
    job, comparison = wanted.job_id(job_id), wanted.comparison_id(compare_job_id)
    await services_of(request).comparisons.start_now(project_id, job, comparison)
    return {}


@router.delete("/{job_id}/compare/{compare_job_id}")
async def cancel_compare(
    request: Request,
    project_id: ProjectId,
    job_id: JobId,
    compare_job_id: ComparisonId,
    principal: Operator,
) -> dict[str, Any]:
    """Cancel a comparison; its queries are gone within two seconds."""
    job, comparison = wanted.job_id(job_id), wanted.comparison_id(compare_job_id)
    await services_of(request).comparisons.cancel(project_id, job, comparison)
    return {}
