"""``up.py``: finds the application of the project that it stands in, and runs it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from cordio._find import find, source
from cordio._program import program as made
from cordio_core import Failure

__all__ = ["run", "up"]


def up() -> None:
    """Run the application that the calling ``up.py`` stands in, and end the process.

    Does nothing where the caller is imported and not run.

    Raises
    ------
    SystemExit
        Always, once the application has ended; the code says how: 0 after a stop in order, 78 for wrong
        configuration, 70 for another failure, 2 for a wrong command line.

    Examples
    --------
    >>> up()  # this is not the program that Python was started with
    """
    caller = sys._getframe(1).f_globals
    if caller.get("__name__") == "__main__" and "__file__" in caller:
        run(_root(Path(caller["__file__"])), sys.argv[1:], Path(sys.argv[0]).name)


def run(root: Path, arguments: Sequence[str], program: str) -> NoReturn:
    """Run the application that stands in a folder, with that folder as the working directory; end the process.

    Parameters
    ----------
    root : pathlib.Path
        The root folder of the project.
    arguments : sequence of str
        The command line.
    program : str
        How the program is called where it tells its usage.

    Raises
    ------
    SystemExit
        Always; see `up` for the codes.
    """
    os.chdir(root)
    try:
        main = made(find(root))
    except Exception as error:  # the application's own module is any code
        failure = Failure(error)
        print(failure.text, file=sys.stderr)
        sys.exit(failure.code)
    main.main(list(arguments), prog_name=program)


def _root(file: Path) -> Path:
    """Return the folder of an ``up.py``; of what it is a link to, if only that folder holds an application."""
    here, linked = file.absolute().parent, file.resolve().parent
    return linked if source(here) is None and source(linked) is not None else here
