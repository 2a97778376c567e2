"""Where an application stands."""

from __future__ import annotations

from pathlib import Path

__all__ = ["root_of"]


def root_of(file: Path) -> Path:
    """Return the root folder of the application that a file belongs to.

    Parameters
    ----------
    file : pathlib.Path
        A file of the application: ``orders/home/app.py``, ``orders/up.py``.

    Returns
    -------
    pathlib.Path
        The nearest folder above it that holds an ``up.py``; else the folder above its ``home``; else its own.

    Examples
    --------
    >>> root_of(Path("/srv/orders/home/app.py")).name
    'orders'
    """
    above = file.absolute().parents
    for folder in above:
        if (folder / "up.py").is_file():
            return folder
    return next((folder.parent for folder in above if folder.name == "home"), above[0])
