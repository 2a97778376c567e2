"""What was logged in an event before something failed in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cordio_monitor._raw import Raw

__all__ = ["before"]

_MOST = 50


def before(raw: Raw, batches: Iterable[Iterable[Raw]]) -> list[Raw]:
    """Find what was logged in the same event before.

    Parameters
    ----------
    raw : Raw
        What failed.
    batches : Iterable[Iterable[Raw]]
        What was handed over with it or waits.

    Returns
    -------
    list[Raw]
        The last messages before it, in their order.
    """
    scope = raw[5]
    if scope is None:
        return []
    memory = scope.event.records.copy()
    own: Iterator[Raw] = (
        other
        for batch in (*batches, memory)
        for other in batch
        if other is not raw and other[0] in ("log", "logging") and _is_before(other, raw)
    )
    return sorted(own, key=_time)[-_MOST:]


def _is_before(other: Raw, raw: Raw) -> bool:
    one, scope = other[5], raw[5]
    return one is not None and scope is not None and one.event is scope.event and other[2] <= raw[2]


def _time(raw: Raw) -> int:
    return raw[2]
