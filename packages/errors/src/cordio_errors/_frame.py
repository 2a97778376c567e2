"""The layers that are open where code runs: one frame a call, linked from the inside out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, Generic, TypeVar

from cordio_errors._target import module_of, name_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from cordio_errors._layer import Layer

__all__ = ["Block", "Frame", "Root", "around", "current", "leave", "outermost", "shared"]

T = TypeVar("T")


class Frame:
    """One call in a layer.

    It is filled in where it is made, since a constructor costs a third of a whole layer; ``closed`` is set
    when the call has ended.

    Attributes
    ----------
    layer : Layer
        The layer.
    outer : Frame or None
        The call around it.
    since : int
        ``marks.latest`` as it was when the running attempt began.
    owner : object
        The object whose method is called; set for methods alone.
    """

    __slots__ = ("closed", "layer", "outer", "owner", "since")

    layer: Layer
    outer: Frame | None
    since: int
    owner: object
    closed: bool

    @property
    def open(self) -> bool:
        """Whether the call still runs."""
        return not hasattr(self, "closed")

    @property
    def name(self) -> str:
        """The name of the layer."""
        return self.layer.name

    @property
    def path(self) -> str:
        """The name of the layer with its module."""
        return self.layer.path


class Root(Frame):
    """The call of a handler by `Errors.run`: what goes wrong in it ends here.

    Attributes
    ----------
    handler : callable
        The handler.
    begun : bool
        That an answer has begun; not set before.
    """

    __slots__ = ("__weakref__", "begun", "handler")

    handler: Callable[..., object]
    begun: bool

    @property
    def name(self) -> str:
        """The name of the handler."""
        return self.layer.name or name_of(self.handler)

    @property
    def path(self) -> str:
        """The name of the handler with its module."""
        return self.layer.path if self.layer.name else f"{module_of(self.handler)}.{self.name}"


class Block(Frame, Generic[T]):
    """A block under ``with`` or ``async with``.

    Attributes
    ----------
    value : object
        What the layer came to, if not to the end of the block: what its landing returned, else None.

    Examples
    --------
    >>> from cordio_errors import Errors
    >>> errors = Errors()
    >>> errors.on(KeyError, goto="price")
    >>> with errors.layer("price", landing=lambda error: 5) as block:
    ...     raise KeyError("A-1")
    >>> block.value
    5
    """

    __slots__ = ("value",)

    value: T | None


current: ContextVar[Frame | None] = ContextVar("cordio_errors_frame", default=None)


def around(frame: Frame | None) -> Iterator[Frame]:
    """Go over the open layers of one event, from the inside out.

    A call that has ended, of a task that outlives it say, is left out with all around it; a block that has
    ended is left out alone, since another task may have ended it.

    Parameters
    ----------
    frame : Frame or None
        The innermost.

    Yields
    ------
    Frame
        It, and those around it.
    """
    while frame is not None:
        if frame.open:
            yield frame
        elif not isinstance(frame, Block):
            return
        frame = None if isinstance(frame, Root) else frame.outer


def leave(block: Block[object]) -> None:
    """Close a block, which need not be the one that was opened last, nor be open in this context.

    Parameters
    ----------
    block : Block
        The block.
    """
    block.closed = True
    inner = current.get()
    if inner is block:
        current.set(block.outer)
        return
    while inner is not None:
        if inner.outer is block:
            inner.outer = block.outer
        inner = inner.outer


def outermost(frame: Frame) -> Frame:
    """Find the layer that an event came in by.

    Parameters
    ----------
    frame : Frame
        Any layer of the event.

    Returns
    -------
    Frame
        The outermost that is open.
    """
    return list(around(frame))[-1]


def shared(frame: Frame, args: Sequence[object]) -> bool:
    """Tell whether a method is called inside the layer of another method of its object.

    Parameters
    ----------
    frame : Frame
        The call around it.
    args : sequence of object
        What the method is called with, its object first.

    Returns
    -------
    bool
        Whether the nearest handler around is a method of the same object.
    """
    nearest = next((one for one in around(frame) if one.layer.kind == "handler"), None)
    if nearest is None or not args:
        return False
    if isinstance(nearest, Root):
        return getattr(nearest.handler, "__self__", None) is args[0]
    return getattr(nearest, "owner", None) is args[0]
