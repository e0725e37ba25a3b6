"""The command line."""

from typing import Annotated

import typer

import syncproof
from syncproof.cli import admin
from syncproof.cli.compare import compare
from syncproof.cli.demo import demo
from syncproof.cli.serve import serve, worker

app = typer.Typer(
    name="syncproof",
    help="Proves that two databases hold the same data.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(compare)
app.command()(demo)
app.command()(serve)
app.command()(worker)
app.add_typer(admin.user, name="user")
app.add_typer(admin.project, name="project")
app.add_typer(admin.credential, name="credential")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"syncproof {syncproof.__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Proves that two databases hold the same data."""


def main() -> None:
    """Run the command line."""
    app()
