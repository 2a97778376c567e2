"""How long messages wait in their queue, as spans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from cordio_amqp._delivery import Delivery

__all__ = ["Waits"]


@runtime_checkable
class Waiting(Protocol):
    """A monitor that takes spans of what nobody ran through."""

    def waited(self, name: str, seconds: float, /, *, headers: Mapping[str, str]) -> None:
        """Record a span that ends now, as a child of the one that these headers are of."""


class Waits:
    """Tells a monitor of the time between publishing and coming in, where the sender is followed too.

    Only of what comes for the first time: one that comes again has been with a handler meanwhile.
    """

    def __init__(self, monitor: object, queue: str) -> None:
        self._monitor = monitor if isinstance(monitor, Waiting) else None
        self._name = f"wait {queue}"

    def tell(self, delivery: Delivery) -> None:
        """Tell of one message."""
        if self._monitor is None or delivery.lag is None or not delivery.is_first:
            return
        if "traceparent" in delivery.headers:
            self._monitor.waited(self._name, delivery.lag, headers=delivery.headers)
