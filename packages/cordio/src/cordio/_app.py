"""The application with all its parts."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, cast

import cordio_core
from cordio._configuring import ProjectFiles
from cordio._monitoring import ConsoleMonitoring
from cordio._root import root_of
from cordio_core import get
from cordio_core.events import HttpEvent
from cordio_core.scenarios import PRODUCTION, Preset, Repeating
from cordio_core.scenarios import preset as chosen_preset
from cordio_di import Container
from cordio_errors import Errors

if TYPE_CHECKING:
    from cordio_core import AppSettings
    from cordio_core.protocols import Configuring, Monitoring
    from cordio_fastapi import HttpEntrypoint

__all__ = ["App"]


class App(cordio_core.App):
    """An application of the project that it stands in, with all the parts of CorDio.

    The HTTP service is on; configuration is ``config.*`` in the root folder and every file in ``config/`` and
    ``etc/``; records go to standard output, exceptions to standard error, and to where settings say besides.

    Parameters
    ----------
    name : str or None
        The name of the service; its root folder's unless given, or ``app`` where that has none.
    root : pathlib.Path or None
        The root folder; found from the file that makes the application unless given: the nearest folder
        above it with an ``up.py``, else the one above its ``home``, else its own.
    version : str or None
        The version of the service, where its code says it.
    preset : Preset or str or None
        Its five scenarios together: ``"development"``, ``"test"``, ``"production"``, or one of one's own,
        which is followed where it says more than the plain ones do; unless given what the environment
        variable ``CORDIO_PRESET`` names, else ``production``.
    configuring : Configuring or None
        The scenario of configuration in place of the preset's.
    defaults : type or None
        The scenario of defaults in place of the preset's: a subclass of `AppSettings`.
    repeating : Repeating or None
        The scenario of repeating in place of the preset's.
    errors : Errors or None
        The scenario of errors in place of the preset's.
    monitoring : Monitoring or None
        The scenario of monitoring in place of the preset's.

    Examples
    --------
    >>> App("orders", root=Path("."), preset="test").preset.name
    'test'
    """

    errors: Errors

    def __init__(
        self,
        name: str | None = None,
        *,
        root: Path | None = None,
        version: str | None = None,
        preset: Preset | str | None = None,
        configuring: Configuring | None = None,
        defaults: type[AppSettings] | None = None,
        repeating: Repeating | None = None,
        errors: Errors | None = None,
        monitoring: Monitoring | None = None,
    ) -> None:
        self.root = (root or root_of(Path(sys._getframe(1).f_globals.get("__file__", "app.py")))).absolute()
        named = name or self.root.name or "app"
        chosen, files = chosen_preset(preset), ProjectFiles(named, self.root)
        rules = _own(chosen.errors, PRODUCTION.errors, Errors) if errors is None else errors
        said = "" if preset is None else chosen.name
        super().__init__(
            named,
            container=Container(),
            errors=rules,
            monitoring=monitoring
            or _own(chosen.monitoring, PRODUCTION.monitoring, lambda: ConsoleMonitoring(rules, files, said)),
            configuring=configuring or _own(chosen.configuring, PRODUCTION.configuring, lambda: files),
            entrypoints=["http"],
            version=version,
            preset=chosen,
            defaults=defaults,
            repeating=repeating,
        )

    @property
    def http(self) -> HttpEntrypoint:
        """The entrypoint of HTTP; routers, middlewares and mounts of others find a place on its ``fastapi``.

        Examples
        --------
        >>> from fastapi import APIRouter
        >>> others = APIRouter(prefix="/others")
        >>> app = App("orders")
        >>> app.http.fastapi.include_router(others)
        """
        return cast("HttpEntrypoint", self.entrypoint("http"))

    def _find(self) -> None:
        """Attach what is marked, and let messages be told of beside what HTTP has."""
        super()._find()
        events = [item.event for item in self._attached]
        if any(event.kind == "amqp" for event in events):
            from cordio_amqp.asyncapi import PATH, served

            if not any(isinstance(event, HttpEvent) and event.path == PATH for event in events):
                self.on(get(PATH))(served(self))

    def command(self) -> NoReturn:
        """Run the application as a script of its project does, and end the process; see `up` for the codes.

        It is what an entry point names: ``orders = "home.app:app.command"`` below ``[project.scripts]``.

        Raises
        ------
        SystemExit
            Always, once the application has ended.
        """
        from cordio._program import program

        os.chdir(self.root)
        program(self).main(sys.argv[1:], prog_name=Path(sys.argv[0]).name)


def _own(made: Callable[[], object], plain: Callable[[], object], ours: Callable[[], object]) -> Any:
    """Make a scenario of a preset; where that has the plain one of the core, the one of all parts together."""
    return ours() if made is plain else made()
