"""What a caller wants compared, from the words of either version."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from syncproof.api.v3.wire import ObjectInfo, ObjectInfoWithToken
from syncproof.domain.comparison import Options
from syncproof.domain.errors import Forbidden, InvalidParameter, MissingParameter
from syncproof.domain.principal import Principal
from syncproof.service.names import WantedDatabase
from syncproof.settings import Settings

_ID = re.compile(r"[0-9a-z-]{36}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)")


def job_id(text: str, name: str = "job_id") -> str:
    """The id of a job. Raises InvalidParameter."""
    if not _ID.fullmatch(text):
        raise InvalidParameter(name=name)
    return text


def comparison_id(text: str, name: str = "compare_job_id") -> str:
    """The id of a comparison. Raises InvalidParameter."""
    if not _UUID.fullmatch(text):
        raise InvalidParameter(name=name)
    return text.lower()


def moment(text: str | None, name: str = "start_time") -> int | None:
    """Epoch milliseconds of 13 digits or of ISO 8601. Raises InvalidParameter."""
    if not text:
        return None
    if re.fullmatch(r"[0-9]{13}", text):
        return int(text)
    if not _MOMENT.fullmatch(text):
        raise InvalidParameter(name=name, reason="13 digits of epoch milliseconds, or ISO 8601")
    try:
        return int(datetime.fromisoformat(text).timestamp() * 1000)
    except ValueError as error:
        raise InvalidParameter(name=name, reason=str(error)) from error


def databases(
    mode: str | None,
    infos: Sequence[ObjectInfo] | None,
    token_infos: Sequence[ObjectInfoWithToken] | None,
    principal: Principal,
    settings: Settings,
    name: str = "compare_object_infos",
) -> tuple[WantedDatabase, ...] | None:
    """The databases that are asked for; None for all, in quick comparison. Raises
    InvalidParameter, MissingParameter, Forbidden."""
    if token_infos:
        reason = "token ranges are for Cassandra jobs only"
        raise InvalidParameter(name=f"{name}_with_token", reason=reason)
    if mode:
        _check_quick(principal, settings)
        if infos:
            raise InvalidParameter(name=name, reason="a quick comparison lists no objects")
        return None
    if not infos:
        raise MissingParameter(name=name)
    return tuple(
        WantedDatabase(i.db_name, tuple(i.table_name) if i.table_name else None) for i in infos
    )


def _check_quick(principal: Principal, settings: Settings) -> None:
    allowed = {name.strip() for name in settings.quick_comparison.split(",") if name.strip()}
    mine = {principal.user, principal.user_name, principal.project, principal.project_name, "*"}
    if not allowed & mine:
        raise Forbidden()


_DOCUMENTED = {
    "contentCompareType": ("static",),
    "comparePolicy": ("normal",),
    "fingerprint": ("sha256", "auto"),
}


def options(given: Mapping[str, str] | None, defaults: Options) -> Options:
    """The options of a comparison. Raises InvalidParameter for one that is not known, or that
    is not built yet."""
    chosen = defaults
    for name, value in (given or {}).items():
        if name == "differenceLimit" and value.isascii() and value.isdigit() and len(value) < 9:
            chosen = replace(chosen, difference_limit=int(value))
        elif value not in _DOCUMENTED.get(name, ()):
            raise InvalidParameter(name=f"options.{name}", reason=f"{value[:40]} is not supported")
        elif name == "fingerprint":
            chosen = replace(chosen, fingerprint=value)
    return chosen
