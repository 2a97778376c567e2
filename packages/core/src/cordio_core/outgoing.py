"""What goes out of a service is watched where its monitor can, and takes its trace along."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import TypeAlias

from cordio_core.protocols import Following, Outgoing

__all__ = ["Opener", "opener"]

Opener: TypeAlias = Callable[[str], AbstractContextManager[Outgoing]]

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class _Unwatched:
    headers = _NO_HEADERS

    def answered(self, status: object, /) -> None:
        return None

    def __enter__(self) -> Outgoing:
        return self

    def __exit__(self, *_: object) -> None:
        return None


_UNWATCHED = _Unwatched()


def opener(monitor: object) -> Opener:
    """Return what opens the span of what goes out, by its name.

    Parameters
    ----------
    monitor : object
        The monitor; nothing is watched if it follows no calls.

    Returns
    -------
    callable
        A function of the span's name.

    Examples
    --------
    >>> with opener(None)("publish orders") as span:
    ...     dict(span.headers)
    {}
    """
    return monitor.outgoing if isinstance(monitor, Following) else _unwatched


def _unwatched(name: str) -> _Unwatched:
    return _UNWATCHED
