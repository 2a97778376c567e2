"""How handlers are attached to events."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import TypeVar

from cordio_core._attached import Attached
from cordio_core._duration import time_limit
from cordio_core._exceptions import CoreError
from cordio_core._ground import Ground
from cordio_core._marking import marked, refuse_options
from cordio_core._signature import callee
from cordio_core.events import Event

__all__ = ["Handlers"]

H = TypeVar("H", bound=Callable[..., object])


class Handlers(Ground):
    """The room of an application where handlers are attached."""

    def on(
        self,
        *events: Event,
        before: Sequence[Callable[..., object]] = (),
        after: Sequence[Callable[..., object]] = (),
        around: Sequence[Callable[..., object]] = (),
        errors: Sequence[object] = (),
        order: int | None = None,
        within: str | float | None = None,
    ) -> Callable[[H], H]:
        """Attach a handler to events.

        Parameters
        ----------
        *events : Event
            One or more: ``get("/orders")``, ``every("5m")``.
        before : sequence of callable
            Handlers that run before it, filled like it; one that returns a `Response` answers the event, and
            what else one returns is there for the next by its name.
        after : sequence of callable
            Handlers that run after it; one may take the ``response`` and return another.
        around : sequence of callable
            Generators with one yield that run around all of these: the yield gives them the response, and one
            that yields a `Response` answers the event.
        errors : sequence of object
            Error rules of this handler alone, as ``cordio_errors.rule`` makes them.
        order : int or None
            Where it stands among several handlers of one event, the lowest first. Of an event that has one
            answer (a request, a message of a queue) the last one gives it.
        within : str or float or None
            How long it and its chain may take, as a duration; then they are cancelled, and what is judged is a
            `HandlerTimeout`. Of several handlers in one chain the shortest limit counts.

        Returns
        -------
        callable
            A decorator that returns the handler as it is.

        Raises
        ------
        CoreError
            If no event is given, or the application is already assembled.
        ValueError
            If the limit of time is none.
        """
        self._open_for("a handler")
        if not events or not all(isinstance(event, Event) for event in events):
            raise CoreError("app.on needs an event: write @app.on(get('/path')), with the call's parentheses")
        refuse_options(before=before, after=after, around=around, errors=errors, order=order)
        early, late, rings = (tuple(map(callee, steps)) for steps in (before, after, around))
        limit, mark = time_limit(within, "a handler"), object()
        self._unused[mark] = _written(events, sys._getframe(1))

        def attach(handler: H) -> H:
            found = callee(handler)
            self._unused.pop(mark, None)
            self._attached.extend(
                Attached(event, found, early, late, rings, tuple(errors), order, limit) for event in events
            )
            return handler

        return attach

    def _find(self) -> None:
        packages, self._discovered = self._discovered, ()
        found = {id(mark): (handler, mark) for package in packages for handler, mark in marked(package)}
        for handler, mark in found.values():  # one of a package and of a module in it is one
            self.on(*mark.events, **mark.options)(handler)


def _written(events: Sequence[Event], frame: FrameType) -> str:
    """Say which call attaches nothing, for as long as it does not."""
    names = ", ".join(event.name for event in events)
    return (
        f"app.on({names}) at {frame.f_code.co_filename}:{frame.f_lineno} attaches no handler: put it above a "
        "function, whose answer ends the chain"
    )
