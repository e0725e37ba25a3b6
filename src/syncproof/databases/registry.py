"""Which families there are; one is imported when it is first asked for."""

from importlib import import_module

from syncproof.domain.errors import InvalidParameter
from syncproof.ports.database import Address, Database, Limits

_HOMES = {
    "mysql": ("syncproof.databases.mysql", "MySQL"),
    "mariadb": ("syncproof.databases.mysql", "MySQL"),
    "postgresql": ("syncproof.databases.postgresql", "PostgreSQL"),
}

FAMILIES = tuple(_HOMES)
"""The names of the families that can be opened."""

SPELLS_ALIKE = {"mysql": "mysql", "mariadb": "mysql", "postgresql": "postgresql"}
"""Families that write types without a common text the same way."""


def open_database(address: Address, limits: Limits | None = None) -> Database:
    """The database at an address, not yet connected. Raises InvalidParameter for a family that
    is not known."""
    if address.family not in _HOMES:
        raise InvalidParameter(name="db_type", reason=f"no such family: {address.family}")
    module, name = _HOMES[address.family]
    family: type[Database] = getattr(import_module(module), name)
    return family(address, limits or Limits())  # type: ignore[call-arg]
