"""Where an application stands."""

from __future__ import annotations

from pathlib import Path

__all__ = ["root_of"]

_INSTALLED = frozenset({"site-packages", "dist-packages"})


def root_of(file: Path) -> Path:
    """Return the root folder of the application that a file belongs to.

    Parameters
    ----------
    file : pathlib.Path
        A file of the application: ``orders/home/app.py``, ``orders/up.py``.

    Returns
    -------
    pathlib.Path
        The nearest folder above it that holds an ``up.py``; of an installed one, which has none, the working
        directory; else the folder above its ``home``; else its own.

    Examples
    --------
    >>> root_of(Path("/srv/orders/home/app.py")).name
    'orders'
    """
    above = file.absolute().parents
    for folder in above:
        if (folder / "up.py").is_file():
            return folder
    if any(folder.name in _INSTALLED for folder in above):
        return Path.cwd()
    return next((folder.parent for folder in above if folder.name == "home"), above[0])
