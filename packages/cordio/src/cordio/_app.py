"""The application with all its parts."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

import cordio_core
from cordio._configuring import ProjectFiles
from cordio._monitoring import ConsoleMonitoring
from cordio._root import root_of
from cordio_di import Container
from cordio_errors import Errors

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

    Examples
    --------
    >>> App("orders", root=Path(".")).name
    'orders'
    """

    errors: Errors

    def __init__(
        self, name: str | None = None, *, root: Path | None = None, version: str | None = None
    ) -> None:
        self.root = (root or root_of(Path(sys._getframe(1).f_globals.get("__file__", "app.py")))).absolute()
        named = name or self.root.name or "app"
        errors, files = Errors(), ProjectFiles(named, self.root)
        super().__init__(
            named,
            container=Container(),
            errors=errors,
            monitoring=ConsoleMonitoring(errors, files),
            configuring=files,
            entrypoints=["http"],
            version=version,
        )

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
