"""Which records are made, by context: `quiet`, `only` and `level`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from cordio_monitor._control import Stretch
from cordio_monitor._exceptions import KindError
from cordio_monitor._raw import LEVELS

if TYPE_CHECKING:
    from typing import Self

    from cordio_monitor._control import Control

__all__ = ["KINDS", "level", "only", "quiet"]

KINDS = ("logs", "spans", "metrics", "events")


class quiet(Stretch):
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


class level(Stretch):
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


def _known(kinds: tuple[str, ...]) -> frozenset[str]:
    for kind in kinds:
        if kind not in KINDS:
            raise KindError("kind", kind, KINDS)
    return frozenset(kinds)
