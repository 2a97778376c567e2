"""The free layer: a named place among nested calls that a break can go to."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TypeVar, cast

from cordio_errors._attempts import Attempts
from cordio_errors._enclose import enclose, enclose_now
from cordio_errors._exceptions import LayerError
from cordio_errors._flow import Flow
from cordio_errors._frame import Block, Frame, current, leave
from cordio_errors._layer import Layer
from cordio_errors._mark import marks
from cordio_errors._signal import Break
from cordio_errors._tables import Tables
from cordio_errors._target import is_async, refuse, watched
from cordio_errors._verdict import Verdict

__all__ = ["FreeLayer"]

_ASYNC_LANDING = "has an async landing, which `with attempt:` cannot await: write a landing that is not async"

_BLOCK = (
    "has a rule with a retry, and a block under `with` cannot be repeated: write `async for attempt in "
    "layer.attempts():` and in it `with attempt:`, or give the rule to the services that it calls"
)

F = TypeVar("F", bound=Callable[..., object])


class FreeLayer:
    """A free layer; `Errors.layer` makes it.

    As a decorator it goes on a function or a method, async or not; as a block it is ``with layer:`` or
    ``async with layer:``. A block is repeated only by `attempts`, and its landing gets the exception alone.

    Parameters
    ----------
    flow : Flow
        Who decides.
    layer : Layer
        The layer as declared.
    tables : Tables
        By which `attempts` repeats a block.

    Examples
    --------
    >>> from cordio_errors import Errors
    >>> errors = Errors()
    >>> errors.on(LookupError, goto="price")
    >>> @errors.layer("price", landing=lambda error, sku: f"no price of {sku}")
    ... def price(sku: str) -> str:
    ...     return {"A-1": "5"}[sku]
    >>> price("A-1"), price("B-2")
    ('5', 'no price of B-2')
    """

    __slots__ = ("_blocks", "_flow", "_layer", "_once", "_tables")

    def __init__(self, flow: Flow, layer: Layer, tables: Tables) -> None:
        self._flow, self._layer, self._tables = flow, layer, tables
        self._blocks: dict[Frame, None] = {}
        self._once = layer.rules is not None and layer.rules.repeating is not None

    def __call__(self, function: F, /) -> F:
        """Put the layer around a function.

        Parameters
        ----------
        function : callable
            The function, async or not.

        Returns
        -------
        callable
            The function in its layer.

        Raises
        ------
        LayerError
            If it cannot have a layer: a generator, a class, a wrapped method.
        """
        refuse("layer", function)
        if is_async(function):
            return cast(F, enclose(self._flow, self._layer, function))
        return cast(F, enclose_now(self._flow, self._layer, watched("layer", function)))

    def attempts(self) -> Attempts:
        """Repeat a block by the retry rules, as a service layer repeats a call.

        Returns
        -------
        Attempts
            For one loop, ``for`` or ``async for``, with ``with attempt:`` around the whole of its body.

        Raises
        ------
        LayerError
            If the layer has a landing that is async.

        Examples
        --------
        >>> from cordio_errors import Errors, Retry
        >>> errors, line = Errors(), [OSError("busy"), OSError("busy"), None]
        >>> errors.on(OSError, retry=Retry(attempts=3, wait="1ms"))
        >>> for attempt in errors.layer("sending").attempts():
        ...     with attempt:
        ...         if (error := line.pop(0)) is not None:
        ...             raise error
        >>> line
        []
        """
        if self._layer.landing is not None and is_async(self._layer.landing):
            raise LayerError("layer", repr(self._layer.name), _ASYNC_LANDING)
        return Attempts(self._flow, self._layer, self._tables)

    def __enter__(self) -> Block[object]:
        """Open the layer around a block."""
        if self._once:
            raise LayerError("layer", repr(self._layer.name), _BLOCK)
        frame = Block[object]()
        frame.layer, frame.outer, frame.since, frame.value = self._layer, current.get(), marks.latest, None
        current.set(frame)
        self._blocks[frame] = None
        return frame

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> bool:
        """Close it; an exception that is dealt with ends here."""
        frame, verdict = self._closed(error)
        if verdict is not None:
            frame.value = verdict.carried_out_now((), {})
        return verdict is not None

    async def __aenter__(self) -> Block[object]:
        """Open the layer around a block of async code."""
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> bool:
        """Close it; an exception that is dealt with ends here."""
        frame, verdict = self._closed(error)
        if verdict is not None:
            frame.value = await verdict.carried_out((), {})
        return verdict is not None

    def _closed(self, error: BaseException | None) -> tuple[Block[object], Verdict | None]:
        frame = self._taken()
        try:
            if isinstance(error, Break | BaseExceptionGroup) and not isinstance(error, Exception):
                return frame, self._flow.caught(error, frame)
            return frame, self._flow.verdict(error, frame) if isinstance(error, Exception) else None
        finally:
            leave(frame)

    def _taken(self) -> Block[object]:
        """The block that ends: the innermost of this layer, or one that another context has opened."""
        frame = current.get()
        while frame is not None and frame not in self._blocks:
            frame = frame.outer
        block = cast("Block[object]", next(reversed(self._blocks)) if frame is None else frame)
        del self._blocks[block]
        return block
