"""Finding the application that stands in a folder."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import traceback
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from cordio._app import App
from cordio._exceptions import NoApplication

__all__ = ["find", "source"]


def source(root: Path) -> Path | None:
    """Return the file that holds the application of a folder.

    Parameters
    ----------
    root : pathlib.Path
        The root folder.

    Returns
    -------
    pathlib.Path or None
        ``home/app.py``, or ``app.py`` in the folder named as the root; None if neither is there.

    Examples
    --------
    >>> source(Path("/no/such/folder")) is None
    True
    """
    return next((file for file in _places(root) if file.is_file()), None)


def find(root: Path) -> App:
    """Import the application that stands in a folder.

    Parameters
    ----------
    root : pathlib.Path
        The root folder; see `source`.

    Returns
    -------
    App
        The one application that the module holds.

    Raises
    ------
    NoApplication
        If there is no such module, or it holds no application, or several.
    """
    file = source(root)
    if file is None:
        looked = " nor ".join(map(str, _places(root)))
        raise NoApplication(root, f"neither {looked} is there", "write home/app.py with app = App()")
    return _application(root, _module(root, file), file)


def _places(root: Path) -> list[Path]:
    return [root / "home" / "app.py", root / root.name / "app.py"]


def _module(root: Path, file: Path) -> ModuleType:
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    name = f"{file.parent.name}.app"
    found = _spec(name, root)
    if found is None or found.origin is None or not file.samefile(found.origin):
        what = f"{name} is not {file} to Python, but {found.origin if found else 'nothing'}"
        raise NoApplication(root, what, "give the folder of app.py a name that nothing else has, without dots")
    try:
        return importlib.import_module(name)
    except Exception as error:
        _note_place(error, root)
        raise


def _spec(name: str, root: Path) -> ModuleSpec | None:
    try:
        return importlib.util.find_spec(name)
    except ModuleNotFoundError as error:
        if error.name is not None and name.startswith(error.name):
            return None
        raise


def _note_place(error: Exception, root: Path) -> None:
    """Tell the line of the application at which an error arose that is told without its traceback."""
    if not hasattr(error, "exit_code"):
        return
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(root)]
    if own:
        error.add_note(f"at {own[-1].filename}:{own[-1].lineno}")


def _application(root: Path, module: ModuleType, file: Path) -> App:
    found = {id(value): value for value in vars(module).values() if isinstance(value, App)}
    if len(found) != 1:
        held = "no application" if not found else f"{len(found)} applications"
        raise NoApplication(root, f"{file} holds {held}", "let it hold exactly one: app = App()")
    return next(iter(found.values()))
