"""Values of the domain as JSON text and back."""

from collections.abc import Hashable
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

Value = TypeVar("Value")


@cache
def _adapter(kind: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(cast(Any, kind))


def dumped(kind: Hashable, value: Any) -> str:
    """The value as JSON text."""
    return str(_adapter(kind).dump_json(value), "utf-8")


def loaded(kind: type[Value], text: str | bytes) -> Value:
    """The value that `dumped` wrote."""
    value: Value = _adapter(cast(Hashable, kind)).validate_json(text)
    return value
