"""The context variables that a start sets, for the events that come later."""

from __future__ import annotations

import contextvars
from typing import Any

__all__ = ["Inheritance"]

_UNSET = object()


class Inheritance:
    """Remembers which context variables a start has set, counted from where this object is made.

    An event comes in the context of the server that accepts it, which need not descend from the context of
    the start: behind a foreign ASGI server it does not.

    Examples
    --------
    >>> region = contextvars.ContextVar("region")
    >>> def start() -> Inheritance:
    ...     inheritance = Inheritance()
    ...     region.set("eu")
    ...     inheritance.note(contextvars.copy_context())
    ...     return inheritance
    >>> inheritance = contextvars.copy_context().run(start)
    >>> inheritance.recall()
    >>> region.get()
    'eu'
    """

    __slots__ = ("_before", "_set")

    def __init__(self) -> None:
        self._before = contextvars.copy_context()
        self._set: tuple[tuple[contextvars.ContextVar[Any], object, object], ...] = ()

    def note(self, after: contextvars.Context) -> None:
        """Remember what was set.

        Parameters
        ----------
        after : contextvars.Context
            The context at the end of the start.
        """
        found = ((variable, self._before.get(variable, _UNSET), value) for variable, value in after.items())
        self._set = tuple(item for item in found if item[1] is not item[2])

    def recall(self) -> None:
        """Set in the current context what the start had set, but for what is set otherwise here."""
        for variable, before, value in self._set:
            if variable.get(_UNSET) is before:
                variable.set(value)
