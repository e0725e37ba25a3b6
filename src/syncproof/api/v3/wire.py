"""The bodies of the v3 calls, field by field as the specification has them."""

from typing import Annotated, Literal

from pydantic import Field

from syncproof.api.shape import Wire
from syncproof.api.wanted import COMPARISON_ID, JOB_ID

JobIdText = Annotated[
    str,
    Field(
        pattern=JOB_ID,
        description="The job that is compared: 36 characters.",
        examples=["94800607-3cd8-4f7d-a340-63a10f8jb502"],
    ),
]
ComparisonIdText = Annotated[
    str,
    Field(
        pattern=COMPARISON_ID,
        description="A comparison of that kind; its section is answered when it is sent.",
        examples=["08cad1f8-9de2-42fa-b8ce-6c36daf730f6"],
    ),
]
Name = Annotated[str, Field(min_length=1, max_length=256)]
Mode = Annotated[
    Literal["quick_comparison"],
    Field(description="Every table of the job's scope; for callers on the whitelist."),
]
StartTime = Annotated[
    str,
    Field(
        description="When to start: 13 digits of epoch milliseconds, or ISO 8601 with Z or an"
        " offset. Without it, or in the past: at once.",
        examples=["1607766111833", "2026-12-01T02:00:00Z"],
    ),
]


class ObjectInfo(Wire):
    """Tables of one database."""

    db_name: Name = Field(
        description="A database of the job's scope; of PostgreSQL a schema, or database.schema.",
        examples=["may_5"],
    )
    table_name: list[Name] | None = Field(
        None, description="Its tables; without them every one.", examples=[["table_name_0"]]
    )


class TokenTable(Wire):
    """A Cassandra table, perhaps only part of its token ring."""

    table_name: Name = Field(description="The table.")
    min_token: str | None = Field(None, description="Where the part begins, inclusive.")
    max_token: str | None = Field(None, description="Where the part ends, inclusive.")


class ObjectInfoWithToken(Wire):
    """Tables of one keyspace."""

    db_name: Name = Field(description="A keyspace of the job's scope.")
    table_name_with_token: list[TokenTable] | None = Field(
        None, description="Its tables; without them every one."
    )


class DataLevel(Wire):
    """A comparison of rows or of values."""

    conflict_policy: Literal["cancel", "keep"] = Field(
        description="What happens to an unfinished comparison of the job: it is cancelled and a"
        " new one made, or it is kept and none is made."
    )
    compare_type: Literal["lines", "contents"] = Field(
        description="`lines`: the numbers of rows. `contents`: every value of every row."
    )
    compare_mode: Mode | None = None
    start_time: StartTime | None = None
    compare_object_infos: list[ObjectInfo] | None = Field(
        None, description="What is compared; mandatory without `compare_mode`."
    )
    compare_object_infos_with_token: list[ObjectInfoWithToken] | None = Field(
        None, description="The same for Cassandra, with token ranges; not available yet."
    )


class CreateRequest(Wire):
    """POST /v3/{project_id}/jobs/create-compare-task."""

    job_id: JobIdText
    object_level_compare_type: Literal["objects"] | None = Field(
        None, description="Compare objects; answers in its own part that it is not available yet."
    )
    data_level_compare_info: DataLevel | None = Field(
        None, description="Compare data. With neither part the comparisons of the job are listed."
    )


class ResultRequest(Wire):
    """POST /v3/{project_id}/jobs/query-compare-result."""

    job_id: JobIdText
    object_level_compare_id: ComparisonIdText | None = None
    line_compare_id: ComparisonIdText | None = None
    content_compare_id: ComparisonIdText | None = None
    current_page: Annotated[int, Field(ge=1, le=1 << 31)] = Field(
        description="The page of each list, from 1 on.", examples=[1]
    )
    per_page: Annotated[int, Field(ge=1, le=1000)] = Field(
        description="Entries of a page, 1 to 1000.", examples=[100]
    )


class FilteredObject(Wire):
    """A table that a condition is for."""

    id: Annotated[str, Field(min_length=1, max_length=800)] = Field(
        description="`database-*-*-table`, or `database-*-*-schema-*-*-table`.",
        examples=["may_5-*-*-table_name_0"],
    )


class Filter(Wire):
    """A condition on rows."""

    transformation_type: Literal["contentConditionalFilter"]
    value: Annotated[str, Field(max_length=256)] = Field(
        description="A WHERE body without the word and without a semicolon.", examples=["id > 100"]
    )


class Transformation(Wire):
    """Tables and the condition on their rows."""

    object_info: Annotated[list[FilteredObject], Field(min_length=1, max_length=500)]
    transformation_info: Filter


class TableCompareRequest(Wire):
    """POST /v3/{project_id}/jobs/{job_id}/table/compare."""

    type: Literal["lines", "contents"] = Field(
        description="`lines`: the numbers of rows. `contents`: every value of every row."
    )
    start_time: StartTime | None = None
    compare_mode: Mode | None = None
    compare_object: list[ObjectInfo] | None = Field(
        None, description="What is compared; mandatory without `compare_mode`."
    )
    compare_object_with_token: list[ObjectInfoWithToken] | None = Field(
        None, description="The same for Cassandra; not available yet."
    )
    options: dict[str, str] | None = Field(
        None,
        description="`contentCompareType`: static; `comparePolicy`: normal; and of our own"
        " `differenceLimit` (differences kept of a table) and `fingerprint` (sha256).",
        examples=[{"contentCompareType": "static", "differenceLimit": "10000"}],
    )
    compare_transformation_infos: Annotated[list[Transformation], Field(max_length=500)] | None = (
        Field(None, description="Conditions on rows, one a table.")
    )
    compare_task_num: int | None = Field(None, description="Cassandra only; not available yet.")
    proportion_value: float | int | None = Field(
        None, description="Of sampled comparison, which is not available yet."
    )
