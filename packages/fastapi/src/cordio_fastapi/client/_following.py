"""How calls to other services are watched."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from types import MappingProxyType

from cordio_core.protocols import Following, Outgoing

__all__ = ["opener"]

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


def opener(monitor: object) -> Callable[[str], AbstractContextManager[Outgoing]]:
    """Return what opens the span of a call.

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
    >>> with opener(None)("GET stock") as span:
    ...     dict(span.headers)
    {}
    """
    return monitor.outgoing if isinstance(monitor, Following) else _unwatched


class _Unwatched:
    headers = _NO_HEADERS

    def answered(self, status: object, /) -> None:
        return None


_UNWATCHED = _Unwatched()


@contextmanager
def _unwatched(name: str) -> Iterator[Outgoing]:
    yield _UNWATCHED
