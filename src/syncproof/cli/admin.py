"""`syncproof user|project|credential`: the built-in identity, administered beside the service."""

import asyncio
import getpass
import os
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import orjson
import typer

from syncproof.domain.errors import InvalidParameter, SyncproofError
from syncproof.domain.principal import Role
from syncproof.settings import read

if TYPE_CHECKING:
    from syncproof.bootstrap import Services

user = typer.Typer(help="Users of the built-in identity.", no_args_is_help=True)
project = typer.Typer(help="Projects of the built-in identity.", no_args_is_help=True)
credential = typer.Typer(help="Access keys of users.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="as JSON")]
Answer = TypeVar("Answer")


def _done(work: Callable[["Services"], Awaitable[Answer]]) -> Answer:
    from syncproof.bootstrap import services  # half a second that `compare` need not pay

    async def inside() -> Answer:
        async with services(read()) as built:
            return await work(built)

    try:
        return asyncio.run(inside())
    except SyncproofError as error:
        details = "; ".join(value for value in error.parameters.values() if value)
        print(f"syncproof: {error.code.replace('_', ' ')}: {details}", file=sys.stderr)
        raise typer.Exit(2) from None


def _told(fields: dict[str, str], json: bool) -> None:
    if json:
        print(orjson.dumps(fields).decode())
        return
    for name, value in fields.items():
        print(f"{name}: {value}")


def _password(name: str) -> str:
    """From SYNCPROOF_PASSWORD, a prompt, or the first line of standard input."""
    if "SYNCPROOF_PASSWORD" in os.environ:
        return os.environ["SYNCPROOF_PASSWORD"]
    if sys.stdin.isatty():
        return getpass.getpass(f"Password of {name}: ")
    return sys.stdin.readline().rstrip("\n")


def _role(name: str) -> Role:
    if name not in (Role.READER.value, Role.OPERATOR.value):
        raise InvalidParameter(name="role", reason="reader or operator")
    return Role(name)


@user.command("create")
def create_user(
    name: str,
    project: Annotated[str, typer.Option(help="the project that the user works in")] = "default",
    role: Annotated[str, typer.Option(help="reader or operator")] = "operator",
    json: Json = False,
) -> None:
    """Make a user with a role in a project."""
    password = _password(name)

    async def work(built: "Services") -> dict[str, str]:
        granted = _role(role)
        home = await built.identity.project(project)
        made = await built.identity.add_user(name, password)
        await built.identity.grant(made.id, home.id, granted)
        return {"id": made.id, "name": made.name, "project": home.name, "role": granted.value}

    _told(_done(work), json)


@user.command("grant")
def grant(name: str, project: str, role: str) -> None:
    """Give a user a role in a project."""

    async def work(built: "Services") -> None:
        granted = _role(role)
        found, home = await built.identity.user(name), await built.identity.project(project)
        await built.identity.grant(found.id, home.id, granted)

    _done(work)


@user.command("password")
def set_password(name: str) -> None:
    """Replace a user's password; tokens of before are no longer good."""
    password = _password(name)
    _done(lambda built: built.identity.set_password(name, password))


@user.command("list")
def list_users() -> None:
    """Every user."""
    for one in _done(lambda built: built.identity.users()):
        print(f"{one.id}  {one.name}{'' if one.enabled else '  disabled'}")


@user.command("delete")
def delete_user(name: str) -> None:
    """Forget a user, with its access keys."""
    _done(lambda built: built.identity.delete_user(name))


@project.command("create")
def create_project(name: str, json: Json = False) -> None:
    """Make a project."""
    made = _done(lambda built: built.identity.add_project(name))
    _told({"id": made.id, "name": made.name}, json)


@project.command("list")
def list_projects() -> None:
    """Every project."""
    for one in _done(lambda built: built.identity.all_projects()):
        print(f"{one.id}  {one.name}")


@credential.command("create")
def create_credential(
    user: Annotated[str, typer.Option(help="whose it is")],
    project: Annotated[str, typer.Option(help="the project that it is for")] = "default",
    json: Json = False,
) -> None:
    """Make an access key; its secret is shown this once."""
    made, secret = _done(lambda built: built.identity.add_credential(user, project))
    _told({"access": made.access, "secret": secret, "project_id": made.project}, json)


@credential.command("delete")
def delete_credential(access: str) -> None:
    """Forget an access key."""
    _done(lambda built: built.identity.delete_credential(access))
