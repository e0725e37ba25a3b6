"""What callers of both versions say alike: ids, times, options, and who may do without a list."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from syncproof.domain.comparison import Options
from syncproof.domain.errors import Forbidden, InvalidParameter
from syncproof.domain.principal import Principal
from syncproof.settings import Settings

JOB_ID = r"^[0-9a-z-]{36}$"
COMPARISON_ID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
_MILLISECONDS = re.compile(r"[0-9]{13}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_NOT_A_TIME = "13 digits of epoch milliseconds, or ISO 8601 with Z or an offset"


def job_id(text: str) -> str:
    """The id of a job in a path. Raises InvalidParameter."""
    if not re.fullmatch(JOB_ID, text):
        raise InvalidParameter(name="job_id", reason="36 characters of 0-9, a-z and -")
    return text


def comparison_id(text: str, name: str = "compare_job_id") -> str:
    """The id of a comparison. Raises InvalidParameter."""
    if not re.fullmatch(COMPARISON_ID, text):
        raise InvalidParameter(name=name, reason="it is a UUID")
    return text.lower()


def moment(text: str | None, name: str = "start_time") -> int | None:
    """Epoch milliseconds of 13 digits or of ISO 8601. Raises InvalidParameter."""
    if text is None:
        return None
    if _MILLISECONDS.fullmatch(text):
        return int(text)
    try:
        if _MOMENT.fullmatch(text):
            return int(datetime.fromisoformat(text).timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise InvalidParameter(name=name, reason=_NOT_A_TIME) from error
    raise InvalidParameter(name=name, reason=_NOT_A_TIME)


def check_quick(principal: Principal, settings: Settings) -> None:
    """Whether the caller is on the whitelist of quick comparison. Raises Forbidden."""
    allowed = {name.strip() for name in settings.quick_comparison.split(",") if name.strip()}
    mine = {principal.user, principal.user_name, principal.project, principal.project_name, "*"}
    if not allowed & mine:
        raise Forbidden()


_TAKEN = {
    "contentCompareType": ("static",),
    "comparePolicy": ("normal",),
    "fingerprint": ("sha256", "auto"),
}
"""Options and the values that are built; every other value is refused, never ignored."""


def options(given: Mapping[str, str] | None, defaults: Options, name: str) -> Options:
    """The options of a comparison. Raises InvalidParameter for one that is not known, or that
    is not built yet."""
    chosen = defaults
    for key, value in (given or {}).items():
        if key == "differenceLimit" and re.fullmatch(r"[0-9]{1,8}", value):
            chosen = replace(chosen, difference_limit=int(value))
        elif value not in _TAKEN.get(key, ()):
            reason = f"{value[:40]} is not available"
            raise InvalidParameter(name=f"{name}.{key[:40]}", reason=reason)
        elif key == "fingerprint":
            chosen = replace(chosen, fingerprint=value)
    return chosen
