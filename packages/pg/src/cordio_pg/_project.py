"""Where relative files of the settings begin."""

from __future__ import annotations

import sys
from pathlib import Path

__all__ = ["project"]


def project() -> Path:
    """Return the project of the running program: the nearest folder above it that holds an ``up.py``.

    Returns
    -------
    Path
        The folder; the working directory, as an empty path, where there is none.
    """
    file = getattr(sys.modules.get("__main__"), "__file__", None)
    above = Path(file).absolute().parents if file else ()
    return next((folder for folder in above if (folder / "up.py").is_file()), Path())
