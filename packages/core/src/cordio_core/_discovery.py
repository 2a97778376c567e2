"""Finding entrypoints among what is installed."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

from cordio_core._exceptions import EntrypointError
from cordio_core.protocols import Entrypoint

__all__ = ["entrypoint"]

GROUP = "cordio.entrypoints"


def entrypoint(kind: str) -> Entrypoint:
    """Make the entrypoint that serves events of a kind.

    Parameters
    ----------
    kind : str
        The kind of the events.

    Returns
    -------
    Entrypoint
        A new one.

    Raises
    ------
    EntrypointError
        If no installed distribution announces one, or what it announces cannot be used.

    Examples
    --------
    >>> entrypoint("schedule").kind
    'schedule'
    """
    found = [entry for entry in entry_points(group=GROUP) if entry.name == kind]
    if not found:
        raise EntrypointError(kind, "no installed package serves events of this kind", _cure(kind))
    return _made(kind, found[0])


def _made(kind: str, entry: EntryPoint) -> Entrypoint:
    made = entry.load()()
    if not isinstance(made, Entrypoint):
        raise EntrypointError(kind, f"{entry.value} is no entrypoint", "see cordio_core.protocols.Entrypoint")
    return made


def _cure(kind: str) -> str:
    known = sorted({entry.name for entry in entry_points(group=GROUP)})
    package = {"http": "cordio-fastapi"}.get(kind)
    served = f"served here: {', '.join(known)}"
    return f"pip install {package}; {served}" if package else served
