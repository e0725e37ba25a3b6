"""A job between v5's words and the service's."""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from syncproof.api.shape import filled
from syncproof.api.v5.wire import CreateJob, DatabaseObject, DbObject, EndpointInfo, SchemaObject
from syncproof.databases.registry import FAMILIES
from syncproof.domain.errors import InvalidParameter
from syncproof.domain.job import Endpoint, Job, ScopedDatabase, ScopedTable
from syncproof.service.jobs import NewJob, Tested
from syncproof.store.secrets import SecretBox

_HOST = re.compile(r"[0-9A-Za-z:._%-]{1,255}")
_PORTS = {"mysql": 3306, "mariadb": 3306, "postgresql": 5432}
_JOB_TYPES = ("sync", "migration", "cloudDataGuard")
_TASK_TYPES = ("FULL_TRANS", "FULL_INCR_TRANS", "INCR_TRANS")
_SECRET_FIELDS = frozenset({"db_password", "ssl_cert_key", "ssl_cert_password"})


def new_job(asked: CreateJob, given: Mapping[str, Any], box: SecretBox) -> NewJob:
    """What the service is asked. Raises InvalidParameter."""
    info = asked.base_info
    if info.job_type not in _JOB_TYPES:
        raise InvalidParameter(name="job_type", reason=f"one of {', '.join(_JOB_TYPES)}")
    if info.task_type and info.task_type not in _TASK_TYPES:
        raise InvalidParameter(name="task_type", reason=f"one of {', '.join(_TASK_TYPES)}")
    sources = tuple(endpoint(one, box) for one in asked.source_endpoint)
    targets = tuple(endpoint(one, box) for one in asked.target_endpoint)
    for source in sources:
        for target in targets:
            _check_link(info.engine_type, source.family, target.family)
    return NewJob(info.name, info.engine_type, sources, targets, (), without_secrets(given))


def _check_link(engine: str, source: str, target: str) -> None:
    """An engine type is `<source>-to-<target>`, or the bare name for like to like."""
    plain = engine.removeprefix("cloudDataGuard-")
    names = {f"{source}-to-{target}"} | ({source} if source == target else set())
    if (source, target) == ("mysql", "postgresql"):
        names.add("mysql-to-pgl")
    if plain not in names:
        reason = f"it does not go with {source} and {target}; write {source}-to-{target}"
        raise InvalidParameter(name="engine_type", reason=reason)


def endpoint(asked: EndpointInfo, box: SecretBox) -> Endpoint:
    """One side, its password sealed. Raises InvalidParameter."""
    if asked.db_type not in FAMILIES:
        reason = f"not available in this version: it is one of {', '.join(FAMILIES)}"
        raise InvalidParameter(name="db_type", reason=reason)
    server = asked.endpoint
    if asked.db_type == "postgresql" and not server.db_name:
        raise InvalidParameter(name="db_name", reason="PostgreSQL needs the name of a database")
    return Endpoint(
        family=asked.db_type,
        hosts=_hosts(server.ip, server.db_port, _PORTS[asked.db_type]),
        user=server.db_user,
        secret=box.seal(server.db_password),
        database=server.db_name or "",
        tls=_tls(asked, box),
    )


def _hosts(addresses: str, port: str | None, default: int) -> tuple[tuple[str, int], ...]:
    if port and not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65_536):
        raise InvalidParameter(name="db_port", reason="a port is 1 to 65535")
    hosts = []
    for address in addresses.split(","):
        host, colon, own = address.strip().rpartition(":")
        if not colon or address.count(":") > 1:
            host, own = address.strip().strip("[]"), port or str(default)
        if not _HOST.fullmatch(host) or not (own.isascii() and own.isdigit()):
            raise InvalidParameter(name="ip", reason="write host, or host:port,host:port")
        if not 0 < int(own[:6]) < 65_536:
            raise InvalidParameter(name="ip", reason="a port is 1 to 65535")
        hosts.append((host, int(own)))
    return tuple(hosts)


def _tls(asked: EndpointInfo, box: SecretBox) -> dict[str, str]:
    if asked.ssl is None or not asked.ssl.ssl_link:
        return {}
    if not asked.ssl.ssl_cert_key:
        return {"mode": "require"}
    try:
        authority = base64.b64decode(asked.ssl.ssl_cert_key, validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError) as error:
        reason = "a certificate in PEM form, in base64"
        raise InvalidParameter(name="ssl_cert_key", reason=reason) from error
    return {"mode": "verify-ca", "authority": authority}


def without_secrets(value: Any) -> Any:
    """What was given, less what nobody may be shown."""
    if isinstance(value, Mapping):
        kept = {k: v for k, v in value.items() if k not in _SECRET_FIELDS}
        return {name: without_secrets(part) for name, part in kept.items()}
    if isinstance(value, list):
        return [without_secrets(part) for part in value]
    return value


def scope(asked: DbObject, job: Job) -> tuple[ScopedDatabase, ...]:
    """A scope in the service's words. Raises InvalidParameter."""
    found: list[ScopedDatabase] = []
    schemas = job.source.family == "postgresql"
    for name, database in (asked.object_info or {}).items():
        if schemas and database.schemas is not None:
            _check_database(name, job)
            found += [_scoped(n, one) for n, one in database.schemas.items()]
        elif schemas and name == job.source.database and not database.tables:
            continue  # the whole of its database: every schema
        else:
            found.append(_scoped(name, database))
    return tuple(found)


def _check_database(name: str, job: Job) -> None:
    if name != job.source.database:
        reason = f"{name} is not the source's database {job.source.database}"
        raise InvalidParameter(name="object_info", reason=reason)


def _scoped(name: str, asked: SchemaObject | DatabaseObject) -> ScopedDatabase:
    tables = None
    if asked.tables and not asked.all:
        tables = tuple(
            ScopedTable(
                table,
                one.name or table,
                " AND ".join(f"({text})" for text in one.filter_conditions or ()) or None,
            )
            for table, one in asked.tables.items()
        )
    return ScopedDatabase(name, asked.name or name, tables)


def created(job: Job) -> dict[str, Any]:
    """The answer to the creation of a job."""
    return {
        "id": job.id,
        "name": job.name,
        "status": job.state.value,
        "create_time": str(job.created_at),
    }


def detail(job: Job, children: list[Job]) -> dict[str, Any]:
    """A job as its detail shows it."""
    given = job.given
    info = dict(given.get("base_info", {})) | {"name": job.name, "engine_type": job.engine_type}
    return filled(
        id=job.id,
        name=job.name,
        status=job.state.value,
        create_time=str(job.created_at),
        start_time=str(job.started_at) if job.started_at else None,
        update_time=str(job.updated_at) if job.updated_at else None,
        parent_id=job.parent,
        base_info=info,
        source_endpoint=given.get("source_endpoint"),
        target_endpoint=given.get("target_endpoint"),
        node_info=given.get("node_info"),
        db_object=given.get("db_object"),
        network_results=given.get("network_results"),
        error_msg=job.reason,
        children=[{"id": child.id, "name": child.name} for child in children] or None,
    )


def listed(job: Job, children: list[Job]) -> dict[str, Any]:
    """A job as the list shows it."""
    info = job.given.get("base_info", {})
    return filled(
        id=job.id,
        name=job.name,
        status=job.state.value,
        description=info.get("description", ""),
        create_time=str(job.created_at),
        engine_type=job.engine_type,
        net_type=info.get("net_type"),
        job_direction=info.get("job_direction"),
        job_type=info.get("job_type"),
        task_type=info.get("task_type"),
        job_mode="single" if job.parent is None and not job.is_parent else "multi_to_single",
        job_mode_role="parent" if job.is_parent else "child" if job.parent else None,
        children=[listed(child, []) for child in children] or None,
    )


def network_result(tested: Tested, words: str | None, code: str | None) -> dict[str, Any]:
    """What a test of a connection found."""
    good = tested.reason is None
    return filled(
        ip=",".join(f"{host}:{port}" for host, port in tested.endpoint.hosts),
        endpoint_type=tested.side,
        success=good,
        result="success" if good else "failed",
        status="success" if good else "failed",
        error_code=code,
        error_msg=words,
    )
