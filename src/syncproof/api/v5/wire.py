"""The bodies of the v5 calls, as the official SDK's models have them."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from syncproof.api.shape import Wire

Text = Annotated[str, Field(max_length=1024)]
Mandatory = Annotated[str, Field(min_length=1, max_length=256)]


class BaseInfo(Wire):
    """What a job is."""

    model_config = ConfigDict(strict=True, extra="allow")

    name: Annotated[str, Field(min_length=1, max_length=64)]
    job_type: Mandatory
    engine_type: Mandatory
    job_direction: Text | None = None
    task_type: Text | None = None
    description: Text | None = None


class Endpoint(Wire):
    """A server and its account."""

    keeps_empty = frozenset({"db_password"})

    ip: Mandatory
    db_port: Text | None = None
    db_user: Mandatory
    db_password: Annotated[str, Field(max_length=4096)]
    db_name: Text | None = None
    endpoint_name: Text | None = None


class Ssl(Wire):
    """How the connection is encrypted."""

    ssl_link: bool | None = None
    ssl_cert_name: Text | None = None
    ssl_cert_key: Annotated[str, Field(max_length=100_000)] | None = None
    ssl_cert_check_sum: Text | None = None
    ssl_cert_password: Text | None = None


class EndpointInfo(Wire):
    """One side of a job."""

    db_type: Mandatory
    endpoint_type: Text | None = None
    endpoint_role: Text | None = None
    endpoint: Endpoint
    ssl: Ssl | None = None


class CreateJob(Wire):
    """A job."""

    base_info: BaseInfo
    source_endpoint: Annotated[list[EndpointInfo], Field(max_length=100)]
    target_endpoint: Annotated[list[EndpointInfo], Field(max_length=100)]


class CreateJobRequest(Wire):
    """POST /v5/{project_id}/jobs."""

    job: CreateJob


class TableObject(Wire):
    """A table of a scope; `name` is its name on the target."""

    name: Text | None = None
    filter_conditions: list[Annotated[str, Field(max_length=512)]] | None = None


class SchemaObject(Wire):
    """A schema of a scope."""

    name: Text | None = None
    all: bool | None = None
    tables: dict[str, TableObject] | None = None


class DatabaseObject(SchemaObject):
    """A database of a scope."""

    schemas: dict[str, SchemaObject] | None = None


class TargetRootDb(Wire):
    """The database of the target."""

    db_name: Text | None = None


class DbObject(Wire):
    """A scope."""

    object_scope: Text | None = None
    target_root_db: TargetRootDb | None = None
    object_info: dict[str, DatabaseObject] | None = None


class UpdateBaseInfo(Wire):
    """What may change of a job."""

    name: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    description: Text | None = None


class UpdateParams(Wire):
    """What changes."""

    base_info: UpdateBaseInfo | None = None
    db_object: DbObject | None = None


class UpdateJob(Wire):
    """A change."""

    type: Text | None = None
    params: UpdateParams


class UpdateJobRequest(Wire):
    """PUT /v5/{project_id}/jobs/{job_id}."""

    job: UpdateJob


class CompareTaskParam(Wire):
    """A comparison that an action asks for or cancels."""

    compare_task_id: Text | None = None
    type: Text | None = None
    start_time: Text | None = None
    option: dict[str, str] | None = None
    db_object: dict[str, DatabaseObject] | None = None


class ActionParams(Wire):
    """The parameters of an action."""

    endpoints: list[EndpointInfo] | None = None
    compare_task_param: CompareTaskParam | None = None


class Action(Wire):
    """An action."""

    action_name: Mandatory
    action_params: ActionParams | None = None


class ActionRequest(Wire):
    """POST /v5/{project_id}/jobs/{job_id}/action."""

    job: Action


Given = dict[str, Any]
