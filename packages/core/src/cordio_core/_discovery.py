"""Finding entrypoints among what is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordio_core._exceptions import EntrypointError
from cordio_core.protocols import Entrypoint

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint, EntryPoints

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
        If not exactly one installed package announces one, or what it announces cannot be used.

    Examples
    --------
    >>> entrypoint("schedule").kind
    'schedule'
    """
    found = {entry.value: entry for entry in _announced() if entry.name == kind}
    if not found:
        raise EntrypointError(kind, "no installed package serves events of this kind", _cure(kind))
    if len(found) > 1:
        listed = " and ".join(sorted(map(_origin, found.values())))
        raise EntrypointError(kind, f"served by {listed}", "uninstall all but one, or give App one ready made")
    return _made(kind, *found.values())


def _made(kind: str, entry: EntryPoint) -> Entrypoint:
    try:
        made = entry.load()()
    except Exception as error:  # it is a third party's code: it may raise anything
        what = f"{_origin(entry)} cannot be made: {type(error).__name__}: {error}"
        raise EntrypointError(kind, what, "install what it needs, or another version of it") from error
    if not isinstance(made, Entrypoint):
        raise EntrypointError(
            kind, f"{_origin(entry)} is no entrypoint", "see cordio_core.protocols.Entrypoint"
        )
    return made


def _origin(entry: EntryPoint) -> str:
    return f"{entry.value} of {entry.dist.name}" if entry.dist is not None else entry.value


def _cure(kind: str) -> str:
    known = sorted({entry.name for entry in _announced()})
    package = {"amqp": "cordio-amqp", "http": "cordio-fastapi"}.get(kind)
    served = f"served here: {', '.join(known)}"
    return f"pip install {package}; {served}" if package else served


def _announced() -> EntryPoints:
    from importlib.metadata import entry_points  # it takes longer than all that an application needs besides

    return entry_points(group=GROUP)
