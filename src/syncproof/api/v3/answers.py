"""What the v3 calls answer, for their description; `wording` makes the answers themselves."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Verdict = Literal[
    "CONSISTENT",
    "INCONSISTENT",
    "COMPARING",
    "WAITING_FOR_COMPARISON",
    "FAILED_TO_COMPARE",
    "TARGET_DB_NOT_EXIT",
    "CAN_NOT_COMPARE",
]
State = Literal[
    "WAITING_FOR_RUNNING",
    "RUNNING",
    "FULL_DOING",
    "INCRE_DOING",
    "SUCCESSFUL",
    "FAILED",
    "CANCELLED",
    "TIMEOUT_INTERRUPT",
]


class Answer(BaseModel):
    """Keys without a value are left out."""

    model_config = ConfigDict(extra="forbid")


class Error(Answer):
    """A refusal."""

    error_code: str = Field(examples=["DRS.10000010"])
    error_msg: str = Field(examples=["Task information not found."])
    request_id: str | None = Field(None, description="Of errors whose code begins with APIGW.")


class Part(Answer):
    """What became of one part of a request: an id, or an error of its own."""

    compare_task_id: str | None = Field(None, examples=["08cad1f8-9de2-42fa-b8ce-6c36daf730f6"])
    error_code: str | None = Field(None, examples=["DRS.10000024"])
    error_msg: str | None = None


class Task(Answer):
    """A comparison in the list."""

    compare_task_id: str
    compare_type: Literal["lines", "contents", "object_comparison"]
    compare_task_status: State
    create_time: str = Field(description="Epoch milliseconds.", examples=["1607766111833"])
    end_time: str | None = Field(None, description="Epoch milliseconds.")
    message: str | None = Field(None, description="Why it ended as it did, where that is said.")


class TaskList(Answer):
    """The comparisons of a job, newest first."""

    compare_task_list: list[Task]
    compare_task_list_count: int = Field(description="Of all, not of this page.")


class Created(Answer):
    """POST create-compare-task."""

    job_id: str
    object_level_compare_create_result: Part | None = None
    data_level_compare_create_result: Part | None = None
    compare_task_list_results: TaskList | None = Field(
        None, description="When neither part was asked for."
    )


class LineOverview(Answer):
    """The verdict of a database."""

    source_db_name: str
    target_db_name: str
    line_compare_result: Verdict


class LineDetail(Answer):
    """A table: its rows on both sides."""

    source_table_name: str
    target_table_name: str
    source_row_num: int | None = None
    target_row_num: int | None = None
    diff_row_num: int | None = Field(None, description="The difference of the two, absolute.")
    line_compare_result: Verdict
    message: str | None = None
    basis: str | None = Field(None, description="What the verdict stands on: `at rest`.")


class LineDetails(Answer):
    """The tables of a database."""

    source_db_name: str
    target_db_name: str
    line_compare_detail: list[LineDetail]
    line_compare_detail_count: int


class LineResults(Answer):
    """What a comparison of rows found."""

    compare_task_id: str
    line_compare_overview: list[LineOverview]
    line_compare_overview_count: int
    line_compare_details: list[LineDetails]


class ContentOverview(Answer):
    """The verdict of a database."""

    source_db_name: str
    target_db_name: str
    content_compare_result: Verdict


class ContentDetail(Answer):
    """A table: its rows, and how many of them differ."""

    source_db_name: str
    target_db_name: str
    source_table_name: str
    target_table_name: str
    source_row_num: int | None = None
    target_row_num: int | None = None
    diff_row_num: int | None = Field(
        None, description="Rows that differ: only on the source, only on the target, changed."
    )
    line_compare_result: Verdict
    content_compare_result: Verdict
    message: str | None = Field(
        None, description="Why it failed or cannot be compared; columns that were left out."
    )
    basis: str | None = Field(None, description="What the verdict stands on: `at rest`.")
    fingerprint: str | None = Field(None, description="The hash that stood behind it.")


class ContentDetails(Answer):
    """The tables of a database; those that cannot be compared are listed apart."""

    source_db_name: str
    target_db_name: str
    content_compare_detail: list[ContentDetail]
    content_compare_detail_count: int
    content_uncompare_detail: list[ContentDetail]
    content_uncompare_detail_count: int


class Column(Answer):
    """A column that differs: canonical text, and the literal of each engine. Of NULL there is
    only the literal; a side without the row has neither."""

    name: str
    source: str | None = None
    target: str | None = None
    source_literal: str | None = None
    target_literal: str | None = None


class ContentDifference(Answer):
    """A row that differs; a side that has no such row has no key and no statement."""

    source_key_value: list[str] | None = None
    target_key_value: list[str] | None = None
    source_select_sql: str | None = Field(None, description="Finds the row on the source.")
    target_select_sql: str | None = Field(None, description="Finds the row on the target.")
    kind: Literal["only_source", "only_target", "changed"]
    confirmed: bool
    copies: int | None = Field(None, description="How many, where rows may repeat.")
    columns: list[Column]


class ContentDifferences(Answer):
    """The rows that differ in a table."""

    source_db_name: str
    source_table_name: str
    content_compare_diff: list[ContentDifference]
    content_compare_diff_count: int = Field(description="Of those that were kept.")


class ContentResults(Answer):
    """What a comparison of values found."""

    compare_task_id: str
    content_compare_overview: list[ContentOverview]
    content_compare_overview_count: int
    content_compare_details: list[ContentDetails]
    content_compare_diffs: list[ContentDifferences]


class Results(Answer):
    """POST query-compare-result; pages are of the innermost lists, counts are totals."""

    job_id: str
    line_compare_results: LineResults | None = None
    content_compare_results: ContentResults | None = None
    compare_task_list_results: TaskList


class Id(Answer):
    """What was created."""

    id: str = Field(examples=["08cad1f8-9de2-42fa-b8ce-6c36daf730f6"])


class CompareJob(Answer):
    """A comparison of data in the list of a job."""

    id: str
    type: Literal["lines", "contents"]
    options: dict[str, str]
    start_time: str = Field(examples=["2020-09-01T18:50:20Z"])
    end_time: str | None = None
    status: State
    export_status: Literal["INIT"]
    report_remain_seconds: int


class CompareJobs(Answer):
    """GET table/compare."""

    compare_jobs: list[CompareJob]
    count: int


def told(model: type[BaseModel], status: int = 200) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of a call's answers."""
    return {
        status: {"model": model},
        400: {"model": Error, "description": "What the request itself gets wrong."},
        401: {"model": Error, "description": "No token or signature, or one that is no good."},
        403: {"model": Error, "description": "Another project, or a missing right."},
    }
