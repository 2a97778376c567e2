"""What is recorded, by context: `quiet`, `only`, `annotate`, `rename`, `level`, inherited by child tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar, Token
from types import TracebackType
from typing import TYPE_CHECKING, Literal, NamedTuple, ParamSpec, Self, TypeVar

from cordio_monitor._exceptions import KindError
from cordio_monitor._raw import LEVELS
from cordio_monitor._scope import current

if TYPE_CHECKING:
    from cordio_monitor._event import Event
    from cordio_monitor._span import span

__all__ = ["KINDS", "Control", "annotate", "controls", "level", "only", "quiet", "rename", "restore"]

P = ParamSpec("P")
R = TypeVar("R")
KINDS = ("logs", "spans", "metrics", "events")
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


class _Stretch:
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


class quiet(_Stretch):
    """Make no records of some kinds; errors are no exception.

    Parameters
    ----------
    *kinds : str
        ``logs``, ``spans``, ``metrics`` (counts and timings) or ``events`` (the closing records of events
        that begin inside); all of them if none is named.

    Raises
    ------
    KindError
        If a kind is not known.

    Examples
    --------
    >>> from cordio_monitor import log, span
    >>> with quiet("spans"), span("never seen"):
    ...     log.info("seen")
    >>> @quiet()
    ... def probe() -> None:
    ...     log.info("never seen")
    """

    __slots__ = ("_kinds",)

    def __init__(self, *kinds: str) -> None:
        self._kinds = _known(kinds) if kinds else frozenset(KINDS)

    def _change(self, control: Control) -> Control:
        return control._replace(off=control.off | self._kinds)

    def _again(self) -> Self:
        return type(self)(*self._kinds)


class only(quiet):
    """Make records of some kinds alone, also where `quiet` is around.

    Parameters
    ----------
    *kinds : str
        ``logs``, ``spans``, ``metrics`` or ``events``.

    Raises
    ------
    KindError
        If a kind is not known.

    Examples
    --------
    >>> from cordio_monitor import log, span
    >>> with only("logs"), span("never seen"):
    ...     log.info("seen")
    """

    __slots__ = ()

    def __init__(self, *kinds: str) -> None:
        self._kinds = _known(kinds)

    def _change(self, control: Control) -> Control:
        return control._replace(off=frozenset(KINDS) - self._kinds)


class level(_Stretch):
    """Keep messages from another level on than the monitor does.

    Parameters
    ----------
    name : Literal["debug", "info", "warning", "error"]
        The lowest level that is kept.

    Raises
    ------
    KindError
        If the level is not known.

    Examples
    --------
    >>> from cordio_monitor import log
    >>> with level("debug"):
    ...     log.debug("kept, whatever the monitor keeps else")
    """

    __slots__ = ("_name",)

    def __init__(self, name: Literal["debug", "info", "warning", "error"]) -> None:
        if name not in LEVELS:
            raise KindError("level", name, tuple(LEVELS))
        self._name = name

    def _change(self, control: Control) -> Control:
        return control._replace(level=LEVELS[self._name])

    def _again(self) -> Self:
        return type(self)(self._name)


class annotate(_Stretch):
    """Put fields on the current span, at once; as a ``with`` or a decorator also on all that is made inside.

    Parameters
    ----------
    **fields : object
        The fields, for the span and for the messages and spans inside. Metrics do not carry them.

    Examples
    --------
    >>> from cordio_monitor import log, span
    >>> with span("charge"):
    ...     annotate(attempt=2)
    ...     with annotate(order="A-1"):
    ...         log.info("charging")
    annotate(attempt)
    """

    __slots__ = ("_before", "_fields", "_where")

    def __init__(self, **fields: object) -> None:
        self._fields = fields
        scope = current.get()
        self._where = scope
        self._before = scope.fields if scope is not None else None
        if scope is not None:
            scope.fields = {**(scope.fields or _NONE), **fields}

    def __repr__(self) -> str:
        return f"annotate({', '.join(self._fields)})"

    def _applied(self) -> None:
        if self._where is not None:
            self._where.fields = self._before

    def _change(self, control: Control) -> Control:
        return control._replace(fields={**control.fields, **self._fields})

    def _again(self) -> Self:
        return type(self)(**self._fields)


class rename(_Stretch):
    """Give the current span, or the event, another name, at once and for good.

    Parameters
    ----------
    name : str
        The name.

    Examples
    --------
    >>> from cordio_monitor import span
    >>> with span("call"):
    ...     rename("charge")
    rename('charge')
    """

    __slots__ = ("_before", "_name", "_named")

    def __init__(self, name: str) -> None:
        self._name = name
        self._named = _named()
        self._before = self._named.name if self._named is not None else ""
        if self._named is not None:
            self._named.name = name

    def __repr__(self) -> str:
        return f"rename({self._name!r})"

    def _applied(self) -> None:
        if self._named is not None:
            self._named.name = self._before

    def _change(self, control: Control) -> Control:
        return control

    def _again(self) -> Self:
        return type(self)(self._name)


def _named() -> Event | span | None:
    from cordio_monitor._span import span

    scope = current.get()
    return scope if scope is None or isinstance(scope, span) else scope.event


def _known(kinds: tuple[str, ...]) -> frozenset[str]:
    for kind in kinds:
        if kind not in KINDS:
            raise KindError("kind", kind, KINDS)
    return frozenset(kinds)
