"""What happens inside the application itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from cordio_core.events._event import Event

__all__ = ["InternalEvent", "emitted", "started", "stopping"]

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:/-]*")


@dataclass(frozen=True, slots=True)
class InternalEvent(Event):
    """Something that code of the application tells, or the application itself.

    Parameters
    ----------
    emits : str
        The name under which it is emitted; empty for what only the application tells.
    """

    exclusive: ClassVar[bool] = False
    emits: str = ""


def emitted(name: str) -> InternalEvent:
    """Describe what ``await app.emit(name, data)`` tells.

    Parameters
    ----------
    name : str
        The name: letters, digits, ``_ . : / -``.

    Returns
    -------
    InternalEvent
        The event, for ``App.on``; any number of handlers may answer it.

    Raises
    ------
    ValueError
        If the name has other characters, or none.

    Examples
    --------
    >>> emitted("order.placed").name
    'emitted order.placed'
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(
            f"the name of an internal event has letters, digits and '_.:/-', not {name!r}: "
            "write 'order.placed'"
        )
    return InternalEvent("internal", f"emitted {name}", (), name)


started = InternalEvent("internal", "started")
stopping = InternalEvent("internal", "stopping")
