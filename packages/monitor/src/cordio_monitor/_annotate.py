"""What records carry and are called, by context: `annotate` and `rename`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordio_monitor._control import Stretch
from cordio_monitor._scope import current

if TYPE_CHECKING:
    from typing import Self

    from cordio_monitor._control import Control
    from cordio_monitor._event import Event
    from cordio_monitor._span import span

__all__ = ["annotate", "rename"]


class annotate(Stretch):
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
            scope.fields = {**(scope.fields or {}), **fields}

    def __repr__(self) -> str:
        return f"annotate({', '.join(self._fields)})"

    def _applied(self) -> None:
        if self._where is not None:
            self._where.fields = self._before

    def _change(self, control: Control) -> Control:
        return control._replace(fields={**control.fields, **self._fields})

    def _again(self) -> Self:
        return type(self)(**self._fields)


class rename(Stretch):
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
