"""How a body is read: JSON, an object, then field by field; the first thing wrong is named."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails

from syncproof.domain.errors import (
    InvalidParameter,
    InvalidRequest,
    MissingParameter,
    PageOutOfRange,
    Refused,
)

_DEEPEST = 64
_EMPTY: tuple[object, ...] = (None, "", {}, [])
_PAGES = frozenset({"current_page", "per_page"})
_REASONS = {
    "string_type": "it is text",
    "int_type": "it is a whole number",
    "int_from_float": "it is a whole number",
    "bool_type": "it is true or false",
    "list_type": "it is a list",
    "dict_type": "it is an object",
    "model_type": "it is an object",
    "model_attributes_type": "it is an object",
    "string_too_long": "it has at most {max_length} characters",
    "string_too_short": "it has at least {min_length} characters",
    "too_long": "it has at most {max_length} entries",
    "literal_error": "it is one of {expected}",
    "greater_than_equal": "it is {ge} or more",
    "less_than_equal": "it is {le} at most",
    "string_pattern_mismatch": "it is not of the form that it must have",
}


class Wire(BaseModel):
    """A value as it stands on the wire: types are taken at their word, unknown fields ignored,
    and null, '', {} or [] is the same as absent, but for the fields in `keeps_empty`."""

    model_config = ConfigDict(strict=True, extra="ignore")
    keeps_empty: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {
            name: part
            for name, part in value.items()
            if name in cls.keeps_empty or part not in _EMPTY
        }


Model = TypeVar("Model", bound=BaseModel)


def parsed(raw: bytes) -> dict[str, Any]:
    """A body as a JSON object. Raises InvalidRequest, and InvalidParameter for a NUL, which no
    database takes in a text."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise InvalidRequest(reason="the body is not JSON") from error
    if not isinstance(value, dict):
        raise InvalidRequest(reason="the body is no JSON object")
    if rb"\u0000" in raw or raw.count(b"[") + raw.count(b"{") > _DEEPEST:
        _check_parts(value, ())
    return value


def _check_parts(value: object, place: tuple[str | int, ...]) -> None:
    if len(place) > _DEEPEST:
        raise InvalidRequest(reason="the body is nested too deep")
    if isinstance(value, str) and "\0" in value:
        raise InvalidParameter(name=path(place), reason="it holds a NUL character")
    if isinstance(value, dict):
        for name, part in value.items():
            if "\0" in name:
                raise InvalidParameter(name=path(place), reason="it holds a NUL character")
            _check_parts(part, (*place, name))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            _check_parts(part, (*place, number))


def checked(model: type[Model], value: Mapping[str, Any]) -> Model:
    """A value of the wire. Raises MissingParameter, InvalidParameter, PageOutOfRange for the
    first thing that is wrong with it."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise _refusal(error.errors()[0]) from error


def _refusal(detail: ErrorDetails) -> Refused:
    place = [part for part in detail["loc"] if part != "[key]"]
    name = path(place) or "body"
    if detail["type"] == "missing":
        return MissingParameter(name=name)
    template = _REASONS.get(detail["type"], "it is not what it must be")
    reason = template.format_map(detail.get("ctx", {}))
    if place and place[-1] in _PAGES:
        return PageOutOfRange(name=name, reason=reason)
    return InvalidParameter(name=name, reason=reason)


def path(place: Sequence[str | int]) -> str:
    """How a parameter is named: `data_level_compare_info.compare_object_infos[0].db_name`."""
    said = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return said.removeprefix(".")


def described(model: type[BaseModel]) -> dict[str, Any]:
    """What OpenAPI says of a body that the route reads itself, so that who asks is known first."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    return {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _inlined(schema, schema.get("$defs", {}))}},
        }
    }


def _inlined(schema: Any, parts: Mapping[str, Any]) -> Any:
    """A schema that stands for itself: each reference replaced by what it refers to."""
    if isinstance(schema, list):
        return [_inlined(one, parts) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(parts[str(schema["$ref"]).rpartition("/")[2]], parts)
    return {name: _inlined(one, parts) for name, one in schema.items() if name != "$defs"}


def filled(**fields: Any) -> dict[str, Any]:
    """An answer's fields that have a value: keys without one are left out."""
    return {name: value for name, value in fields.items() if value is not None}
