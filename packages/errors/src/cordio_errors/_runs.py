"""The call of a handler by an entrypoint."""

from __future__ import annotations

from collections.abc import Callable
from inspect import isawaitable
from types import CoroutineType

from cordio_errors._frame import Root, around, current
from cordio_errors._ground import Ground
from cordio_errors._handler import LAYERED, TOP, Handler, bare
from cordio_errors._mark import marks
from cordio_errors._origin import shorten
from cordio_errors._outcome import Outcome, outcome_of
from cordio_errors._signal import Break

__all__ = ["Runs"]

_get, _enter, _leave = current.get, current.set, current.reset


class Runs(Ground):
    """The room where events are run."""

    async def run(
        self,
        handler: Callable[..., object],
        /,
        *args: object,
        **kwargs: object,
    ) -> Outcome:
        """Call a handler in a handler layer; no exception comes out of it.

        An exception with a rule gives its answer. One without gives 500 ``internal`` without any of its
        text (503 ``unavailable`` for `DeadlineExceeded`), and goes to the log of exceptions. Control flow
        (CancelledError, KeyboardInterrupt, SystemExit, GeneratorExit) passes.

        Parameters
        ----------
        handler : callable
            The handler, async or not; one under `handler` gets no second layer, and may be an async generator:
            its value is the stream, at its first item.
        *args : object
            What it is called with.
        **kwargs : object
            What it is called with, by name.

        Returns
        -------
        Outcome
            The value, or the answer to what went wrong; neither for an exception that a rule ignores.
            ``ended`` tells that a rule ended the flow, or that the application is to stop.

        Raises
        ------
        BaseExceptionGroup
            If control flow stands in a group; it passes as it does alone.
        """
        frame = Root()
        function: Handler = handler  # type: ignore[assignment]  # a stream can be awaited too
        frame.layer, frame.outer = TOP, _get()
        frame.since, frame.handler = marks.latest, handler
        layered = getattr(handler, LAYERED, None)
        if layered is not None and handler is layered.call and layered.flow is self._flow:
            function, frame.layer = layered.function, layered.layer
        elif layered is not None:
            function, frame.layer = bare(self._flow, handler)
        token = _enter(frame)
        try:
            value: object = function(*args, **kwargs)
            if type(value) is CoroutineType or isawaitable(value):  # the first as mostly, and cheaper
                value = await value
            return outcome_of((value, None, None, None))
        except Exception as error:
            shorten(error)
            outcome = self._flow.outcome(error, frame)
            if _is_lost(outcome, frame):
                raise
            return outcome
        except (Break, BaseExceptionGroup) as caught:
            found = self._flow.arrived(caught, frame)
            if found is None:
                raise
            if _is_lost(found, frame) and isinstance(caught, Break):
                raise caught.error
            return found
        finally:
            frame.closed = True
            _leave(token)

    def begun(self) -> None:
        """Tell that the answer to the running event has begun, as an entrypoint knows that sends one.

        From then on it is not replaced: `run` commits what goes wrong, and raises it in place of an answer.
        Outside of `run` it means nothing.

        Examples
        --------
        >>> import asyncio
        >>> from cordio_errors import Errors, answer
        >>> errors = Errors()
        >>> errors.on(LookupError, answer=answer("not_found"))
        >>> async def send() -> None:
        ...     errors.begun()
        ...     raise KeyError("A-1")
        >>> asyncio.run(errors.run(send))
        Traceback (most recent call last):
        KeyError: 'A-1'
        """
        for frame in around(current.get()):
            if isinstance(frame, Root):
                frame.begun = True


def _is_lost(outcome: Outcome, frame: Root) -> bool:
    """Whether an answer comes too late to be given."""
    return outcome.answer is not None and outcome.ended is None and hasattr(frame, "begun")
