"""What a handler can be attached to, whatever it comes by."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import ClassVar

__all__ = ["Event"]


@dataclass(frozen=True, slots=True)
class Event:
    """What a handler answers.

    Parameters
    ----------
    kind : str
        Which entrypoint serves it: ``http``, ``amqp``, ``schedule``,
        ``internal``.
    name : str
        The event in words, as it stands in records: ``GET /orders/{order_id}``.
    names : tuple of str
        The values that the event itself carries, by name.

    Attributes
    ----------
    exclusive : bool
        Whether one handler alone answers it, so that a second one has to say in which order.
    """

    exclusive: ClassVar[bool] = True

    kind: str
    name: str
    names: tuple[str, ...] = ()

    @property
    def uses(self) -> tuple[Callable[..., object], ...]:
        """Functions of its own that services fill, beside those of its handlers."""
        return ()

    def called(self, handler: Callable[..., object]) -> Callable[..., Awaitable[object]] | None:
        """Return what is called in a handler's place, with its parameters; None for the handler itself."""
        return None
