"""The bodies of the v3 calls, field by field as the specification has them."""

from typing import Annotated, Literal

from pydantic import Field

from syncproof.api.asked import Wire

JobIdText = Annotated[
    str,
    Field(
        min_length=1,
        max_length=36,
        description="The job that is compared: 36 characters.",
        examples=["94800607-3cd8-4f7d-a340-63a10f8jb502"],
    ),
]
Name = Annotated[str, Field(min_length=1, max_length=256)]


class ObjectInfo(Wire):
    """Tables of one database."""

    db_name: Name = Field(description="A database of the job's scope.")
    table_name: list[Name] | None = Field(None, description="Its tables; without it all of them.")


class TokenTable(Wire):
    """A Cassandra table, perhaps only part of its token ring."""

    table_name: Name
    min_token: str | None = None
    max_token: str | None = None


class ObjectInfoWithToken(Wire):
    """Tables of one keyspace."""

    db_name: Name
    table_name_with_token: list[TokenTable] | None = None


class DataLevel(Wire):
    """A comparison of rows or of values."""

    conflict_policy: Literal["cancel", "keep"] = Field(
        description="What happens to an unfinished comparison of the job: it is cancelled, or it"
        " is kept and no new one is made."
    )
    compare_type: Literal["lines", "contents"] = Field(
        description="`lines`: numbers of rows. `contents`: every value."
    )
    compare_mode: Literal["quick_comparison", ""] | None = Field(
        None, description="`quick_comparison`: the whole scope, for callers on the whitelist."
    )
    start_time: str | None = Field(
        None, description="When to start: epoch milliseconds or ISO 8601. Without it: at once."
    )
    compare_object_infos: list[ObjectInfo] | None = None
    compare_object_infos_with_token: list[ObjectInfoWithToken] | None = None


class CreateRequest(Wire):
    """POST /v3/{project_id}/jobs/create-compare-task."""

    job_id: JobIdText
    object_level_compare_type: Literal["objects", ""] | None = None
    data_level_compare_info: DataLevel | None = None


class ResultRequest(Wire):
    """POST /v3/{project_id}/jobs/query-compare-result."""

    job_id: JobIdText
    object_level_compare_id: str | None = None
    line_compare_id: str | None = None
    content_compare_id: str | None = None
    current_page: Annotated[int, Field(ge=1, le=1 << 31)] = Field(description="From 1 on.")
    per_page: Annotated[int, Field(ge=1, le=1000)] = Field(description="1 to 1000.")


class TableCompareRequest(Wire):
    """POST /v3/{project_id}/jobs/{job_id}/table/compare."""

    type: Literal["lines", "contents"]
    start_time: str | None = None
    compare_mode: Literal["quick_comparison", ""] | None = None
    compare_object: list[ObjectInfo] | None = None
    compare_object_with_token: list[ObjectInfoWithToken] | None = None
    options: dict[str, str] | None = None
