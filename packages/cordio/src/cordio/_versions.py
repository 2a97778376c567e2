"""Which parts are installed, in which version."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, requires, version

__all__ = ["versions"]


def versions() -> dict[str, str]:
    """Return the versions of Python, of the meta-package and of every part that it names.

    Returns
    -------
    dict of str to str
        Version by distribution; ``missing`` for a part that is not installed.

    Examples
    --------
    >>> versions()["cordio-core"]
    '0...'
    """
    parts = [need.split(">", 1)[0].strip() for need in requires("cordio") or [] if need.startswith("cordio-")]
    names = ["cordio", *(part.split(" ", 1)[0].split("[", 1)[0] for part in parts)]
    return {"python": platform.python_version(), **{name: _version(name) for name in dict.fromkeys(names)}}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"
