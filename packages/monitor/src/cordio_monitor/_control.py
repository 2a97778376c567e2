"""What holds for the records made in a context, inherited by child tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar, Token
from types import TracebackType
from typing import NamedTuple, ParamSpec, Self, TypeVar

__all__ = ["Control", "Stretch", "controls", "restore"]

P = ParamSpec("P")
R = TypeVar("R")
_NONE: Mapping[str, object] = {}


class Control(NamedTuple):
    """What holds for the records made in a context; never changed, only replaced.

    Parameters
    ----------
    off : frozenset[str]
        The kinds of records that are not made.
    level : int | None
        The lowest level of messages, instead of the monitor's.
    fields : Mapping[str, object]
        What every message and span carries.

    Examples
    --------
    >>> Control(off=frozenset({"spans"})).level is None
    True
    """

    off: frozenset[str] = frozenset()
    level: int | None = None
    fields: Mapping[str, object] = _NONE


controls: ContextVar[Control | None] = ContextVar("cordio_monitor.control", default=None)


def restore(token: Token[Control | None]) -> None:
    """Go back to the control that held before, also in another context than the one that it was set in.

    Parameters
    ----------
    token : Token[Control | None]
        What setting the control returned.
    """
    try:
        controls.reset(token)
    except ValueError:
        # A generator may be closed in another task than the one that began it.
        old = token.old_value
        controls.set(old if isinstance(old, Control) else None)


class Stretch:
    """A stretch of code with a control of its own: for one ``with``, or a decorator of any function."""

    __slots__ = ("_tokens",)
    _tokens: list[Token[Control | None]]

    def __new__(cls, *_: object, **__: object) -> Self:
        made = super().__new__(cls)
        # One of each entry: the same object may be entered by tasks that overlap, and again inside of itself.
        made._tokens = []
        return made

    def _change(self, control: Control) -> Control:
        raise NotImplementedError

    def _again(self) -> Self:
        raise NotImplementedError

    def _applied(self) -> None:
        """Take back what the making did, where a decorator is made."""

    def __enter__(self) -> Self:
        self._tokens.append(controls.set(self._change(controls.get() or Control())))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for token in reversed(tuple(self._tokens)):
            try:
                controls.reset(token)
            except ValueError:
                continue
            self._tokens.remove(token)
            return
        restore(self._tokens.pop())

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """Return the function with this around each of its calls, its signature kept."""
        from cordio_monitor._wrapping import wrapped

        self._applied()
        return wrapped(function, self._again)
