"""The commands of an application's command line: our own, and those that installed packages announce."""

from __future__ import annotations

import sys
from functools import cached_property
from typing import TYPE_CHECKING

import click

from cordio_core import Failure

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["GROUP", "Commands"]

GROUP = "cordio.commands"


class Commands(click.Group):
    """A group of commands that finds announced ones by name, and imports one only when it is asked for.

    What a command fails with is said on standard error as the application itself says it, and ends the
    process with the same codes.

    Examples
    --------
    >>> "migrate" in Commands("orders").list_commands(click.Context(Commands("orders")))
    True
    """

    def list_commands(self, context: click.Context) -> list[str]:
        """Name all commands; nothing is imported for it."""
        return sorted({*self.commands, *self._announced})

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Return a command; import it if it is only announced."""
        own = super().get_command(context, name)
        if own is not None or name not in self._announced:
            return own
        return _loaded(self._announced[name])

    def invoke(self, context: click.Context) -> object:
        """Run what was asked for."""
        try:
            return super().invoke(context)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:  # anybody's code; told as an application tells what fails
            failure = Failure(error)
            print(failure.text, file=sys.stderr)
            context.exit(failure.code)

    @cached_property
    def _announced(self) -> dict[str, EntryPoint]:
        from importlib.metadata import entry_points

        found: dict[str, EntryPoint] = {}
        for entry in entry_points(group=GROUP):
            found.setdefault(entry.name, entry)
        return found


def _loaded(entry: EntryPoint) -> click.Command:
    try:
        command = entry.load()
    except Exception as error:  # the module of a stranger may raise anything
        return _broken(entry, f"cannot be imported ({type(error).__name__}: {error}): install what it needs")
    if not isinstance(command, click.Command):
        return _broken(entry, f"is no command of Click, but {command!r}: mend its package")
    return command


def _broken(entry: EntryPoint, fault: str) -> click.Command:
    """Return what stands for a command that cannot be had: the others go on working."""
    of = f" of {entry.dist.name}" if entry.dist is not None else ""
    text = f"The command {entry.name!r}, announced as {entry.value}{of}, {fault}"

    def refuse() -> None:
        raise click.ClickException(text)

    return click.Command(entry.name, callback=refuse, help=text, short_help="(cannot be had)")
