"""The command line of an application: its settings as options, and the ways to run it as commands."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NoReturn

import click

from cordio._app import App
from cordio._commands import Commands
from cordio._configuring import PATTERN, ProjectFiles
from cordio._project import Project
from cordio_config import Config, block, configured

__all__ = ["program"]

_Main = Callable[..., object]


def program(application: App) -> click.Group:
    """Make the command line of an application.

    Parameters
    ----------
    application : App
        The application.

    Returns
    -------
    click.Group
        A command with an option for each setting in use; alone it runs the application, its sub-commands run
        it in other ways. It ends the process with the application's code.

    Examples
    --------
    >>> from pathlib import Path
    >>> made = program(App("orders", root=Path(".")))
    >>> sorted(made.commands), [p.name for p in made.params if p.name.startswith("app_g")]
    (['daemon', 'once'], ['app_grace'])
    """

    def main(config: Config, workers: int, reload: bool) -> None:
        context = click.get_current_context()
        context.obj = Project(application, config)
        if context.invoked_subcommand is None:
            sys.exit(application.run(config, workers=workers, reload=reload))

    main.__doc__ = f"Run {application.name} until it is told to stop, or as a command says."
    group = click.group(application.name, cls=Commands, invoke_without_command=True)(
        _ways(_composed(application, main))
    )
    group.add_command(_once(application))
    group.add_command(_daemon(application))
    return group


def _composed(application: App, main: _Main) -> _Main:
    """Give a function the configuration, and an option for each setting in use."""
    files = ProjectFiles(application.name, application.root)
    vars(main)["__click_params__"] = list(application.options)  # where Click keeps them
    found: _Main = configured(root=files.root, paths=["."], pattern=list(PATTERN), env_prefix=files.prefix)(
        main
    )
    for section, model in application.sections.items():
        found = block(section, model)(found)
    return found


def _ways(main: _Main) -> _Main:
    many = click.option("--workers", default=1, type=click.IntRange(1), help="How many processes serve.")
    again = click.option("--reload", is_flag=True, help="Start anew when the code changes; for development.")
    return many(again(main))


def _once(application: App) -> click.Command:
    @click.command("once")
    @click.argument("handler")
    @click.argument("data", default="")
    @click.pass_obj
    def once(project: Project, handler: str, data: str) -> NoReturn:
        """Call one HANDLER with DATA in JSON, print what it answers, and end: no server is started."""
        sys.exit(application.once(handler, data, project.configuration))

    return once


def _daemon(application: App) -> click.Command:
    @click.command("daemon")
    @click.argument("action", type=click.Choice(["start", "stop", "restart", "status"]))
    @click.option("--workers", default=1, type=click.IntRange(1), help="How many processes serve.")
    @click.pass_obj
    def daemon(project: Project, action: str, workers: int) -> NoReturn:
        """Run in the background: pid file in var/run, output in var/log."""
        background = application.daemon(project.root, project.configuration, workers=workers)
        sys.exit(getattr(background, action)())

    return daemon
