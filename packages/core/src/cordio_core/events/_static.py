"""Files over HTTP."""

from __future__ import annotations

import os
from dataclasses import dataclass

from cordio_core.events._event import Event
from cordio_core.events._http import get

__all__ = ["StaticEvent", "static"]


@dataclass(frozen=True, slots=True)
class StaticEvent(Event):
    """A GET or HEAD request for a file of a directory.

    Parameters
    ----------
    path : str
        The path below which the files are.
    directory : str
        The directory; relative to where the process was started.
    html : bool
        Whether ``index.html`` answers for its directory, and ``404.html`` for what is not there.
    hidden : bool
        Whether files and directories whose name begins with a dot are served.
    """

    path: str = "/"
    directory: str = ""
    html: bool = False
    hidden: bool = False


def static(
    path: str, directory: str | os.PathLike[str], *, html: bool = False, hidden: bool = False
) -> StaticEvent:
    """Describe the requests for files of a directory.

    Its handler runs before each file: what it returns as a `Response` is sent in place of the file, which is
    sent if it returns None. Handlers of other events go before it, where they have the same path.

    Parameters
    ----------
    path : str
        The path below which the files are, without names in braces: ``/assets``.
    directory : str or path
        The directory.
    html : bool
        Whether ``index.html`` answers for its directory, and ``404.html`` for what is not there.
    hidden : bool
        Whether files and directories whose name begins with a dot are served.

    Returns
    -------
    StaticEvent
        The event, for ``App.on``.

    Raises
    ------
    ValueError
        If the path is none or has names, or no directory is named.

    Examples
    --------
    >>> static("/assets", "home/assets").name
    'FILES /assets'
    """
    found = get(path)
    if found.names:
        cure = "write the path that all files begin with"
        raise ValueError(f"the path {path!r} of files has the name {found.names[0]!r} in braces: {cure}")
    named = os.fspath(directory)
    if not isinstance(named, str) or not named:
        raise ValueError(f"{directory!r} names no directory: write static({path!r}, 'home/assets')")
    begin = path.rstrip("/") or "/"
    return StaticEvent("http", f"FILES {begin}", (), begin, named, html, hidden)
