"""Finding the application that stands in a folder."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

from cordio._app import App
from cordio._exceptions import NoApplication

__all__ = ["find"]


def find(root: Path) -> App:
    """Import the application that stands in a folder.

    Parameters
    ----------
    root : pathlib.Path
        The root folder; its source is in ``home/app.py``, or in ``app.py`` of the folder named as it is.

    Returns
    -------
    App
        The one application that the module holds.

    Raises
    ------
    NoApplication
        If there is no such module, or it holds no application, or several.
    """
    tried = [root / "home" / "app.py", root / root.name / "app.py"]
    file = next((file for file in tried if file.is_file()), None)
    if file is None:
        raise NoApplication(
            root, f"neither {tried[0]} nor {tried[1]} is there", "write home/app.py with app = App()"
        )
    return _application(root, _module(root, file), file)


def _module(root: Path, file: Path) -> ModuleType:
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    return importlib.import_module(f"{file.parent.name}.app")


def _application(root: Path, module: ModuleType, file: Path) -> App:
    found = {id(value): value for value in vars(module).values() if isinstance(value, App)}
    if len(found) != 1:
        held = "no application" if not found else f"{len(found)} applications"
        raise NoApplication(root, f"{file} holds {held}", "let it hold exactly one: app = App()")
    return next(iter(found.values()))
