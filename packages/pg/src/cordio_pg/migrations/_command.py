"""The command ``migrate`` of an application; this module alone imports Click (extra ``[commands]``)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Protocol, TypeVar

import click

from cordio_pg._gate import project_migrations
from cordio_pg._postgres import Postgres
from cordio_pg._settings import PgSettings
from cordio_pg.migrations._data_version import DataVersion
from cordio_pg.migrations._file_errors import FolderWrong
from cordio_pg.migrations._folder import create
from cordio_pg.migrations._migrations import Migrations

__all__ = ["migrate"]

T = TypeVar("T")


class Project(Protocol):
    """What Click's ``ctx.obj`` is, as far as it is needed here."""

    @property
    def root(self) -> Path:
        """The root folder."""
        ...

    def settings(self, section: str, model: type[T], /) -> T:
        """Return the values of a section."""
        ...


class Target:
    """The database that a command works on.

    Parameters
    ----------
    project : Project
        The project.
    section : str
        The section of the settings.
    """

    def __init__(self, project: Project, section: str) -> None:
        self._project, self._section = project, section

    @property
    def settings(self) -> PgSettings:
        """The settings, with absolute files; nothing is migrated or checked at the start."""
        found = self._project.settings(self._section, PgSettings).below(self._project.root)
        return found.model_copy(update={"migrate": "never"})

    def run(self, work: Callable[[Migrations], Awaitable[T]]) -> T:
        """Work with the migrations, the database open."""

        async def main() -> T:
            async with Postgres(self.settings, root=self._project.root) as pg:
                return await work(project_migrations(pg))

        return asyncio.run(main())


@click.group("migrate", invoke_without_command=True)
@click.option(
    "--section", default="pg", show_default=True, help="Which database: the section of its settings."
)
@click.option("--dry-run", is_flag=True, help="Tell what would be applied, and change nothing.")
@click.pass_context
def migrate(context: click.Context, section: str, dry_run: bool) -> None:
    """Bring the schema to where the code needs it; alone, apply what waits."""
    context.obj = Target(context.obj, section)
    if context.invoked_subcommand is None:
        context.invoke(up, to=None, dry_run=dry_run)
    elif dry_run:
        raise click.UsageError("--dry-run goes behind the command: migrate up --dry-run")


@migrate.command()
@click.option("--to", type=int, metavar="N", help="The number to go up to; the last unless given.")
@click.option("--dry-run", is_flag=True, help="Tell what would be applied, and change nothing.")
@click.pass_obj
def up(target: Target, to: int | None, dry_run: bool) -> None:
    """Apply what waits, each once, however many processes try."""
    found = target.run(lambda migrations: migrations.waiting(to) if dry_run else migrations.up(to))
    _tell("would be applied" if dry_run else "applied", found)


@migrate.command()
@click.option("--to", type=int, metavar="N", help="The number to go down to; one step unless given.")
@click.option("--dry-run", is_flag=True, help="Tell what would be undone, and change nothing.")
@click.pass_obj
def down(target: Target, to: int | None, dry_run: bool) -> None:
    """Undo the last migration, or all above a number."""
    found = target.run(lambda migrations: migrations.undoable(to) if dry_run else migrations.down(to))
    _tell("would be undone" if dry_run else "undone", found)


@migrate.command()
@click.pass_obj
def status(target: Target) -> None:
    """Tell how each migration stands; ends with 1 if not all of them are applied."""
    found = target.run(lambda migrations: migrations.status())
    for standing in found:
        click.echo(standing)
    if not found:
        click.echo("there are no migrations")
    if any(standing.state != "applied" for standing in found):
        raise SystemExit(1)


@migrate.command()
@click.argument("name")
@click.option("--python", is_flag=True, help="Write it in Python.")
@click.pass_obj
def new(target: Target, name: str, python: bool) -> None:
    """Make the files of a new migration called NAME, and raise the data version."""
    settings = target.settings
    if settings.migrations is None:
        raise FolderWrong("pg.migrations", "it names no folder", "write one, such as home/migrations")
    files = create(settings.migrations, name, python=python)
    for file in files:
        click.echo(file)
    if settings.data_version is not None:
        DataVersion(settings.data_version).write(int(files[0].name.partition("_")[0]))


@migrate.command()
@click.argument("number", type=int)
@click.option("--done/--undone", "is_done", required=True, help="Whether it is finished or undone by now.")
@click.pass_obj
def settle(target: Target, number: int, is_done: bool) -> None:
    """Say how migration NUMBER ended, which was left half done."""
    target.run(lambda migrations: migrations.settle(number, is_done=is_done))


def _tell(what: str, found: Iterable[object]) -> None:
    listed = [str(one) for one in found]
    for name in listed:
        click.echo(f"{what}: {name}")
    if not listed:
        click.echo("there is nothing to do")
