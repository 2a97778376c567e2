"""The command ``cordio``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cordio._up import run as run_application
from cordio._versions import versions as installed

__all__ = ["main"]


@click.group()
@click.version_option(package_name="cordio")
def main() -> None:
    """CorDio: a framework for the components of a microservice."""


@main.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("root", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def run(root: Path, options: tuple[str, ...]) -> None:
    """Run the application that stands in the folder ROOT; OPTIONS are the application's own."""
    run_application(root.absolute(), options, f"cordio run {root}")


@main.command()
@click.argument("name")
@click.option(
    "--into",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    help="The folder to make it in; the working directory unless given.",
)
def new(name: str, into: Path) -> None:
    """Make the project NAME: a service that runs, with tests and the settings of quality tools."""
    from cordio.template import NoProject, make

    try:
        root = make(name, into)
    except NoProject as error:
        click.echo(str(error), err=True)
        sys.exit(error.exit_code)
    click.echo(f"{root} is made: read its README.rst")


@main.command()
def versions() -> None:
    """Print the version of every part that is installed, for bug reports."""
    for name, version in installed().items():
        click.echo(f"{name} {version}")
