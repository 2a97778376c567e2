"""Deliveries in child processes: what waits is the parent's, and the child delivers its own."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:
    from cordio_monitor._delivery import Delivery

__all__ = ["after_fork", "at_end_of_child"]

_LAST_WAIT = 5.0
_known: WeakSet[Delivery] = WeakSet()
_watched: list[bool] = []


def after_fork(delivery: Delivery) -> None:
    """Let a delivery begin anew in each child process that is forked from now on.

    Parameters
    ----------
    delivery : Delivery
        The delivery.
    """
    _known.add(delivery)
    if not _watched and hasattr(os, "register_at_fork"):
        _watched.append(True)
        os.register_at_fork(after_in_child=_in_child)


def at_end_of_child(delivery: Delivery) -> None:
    """Deliver what waits when a child of ``multiprocessing`` ends, which runs no ``atexit``.

    Parameters
    ----------
    delivery : Delivery
        The delivery.
    """
    util = sys.modules.get("multiprocessing.util")
    if util is not None:
        util.Finalize(delivery, _end, args=(delivery,), exitpriority=0)


def _end(delivery: Delivery) -> None:
    delivery.finish()
    delivery.join(_LAST_WAIT)


def _in_child() -> None:
    for delivery in tuple(_known):
        delivery.forked()
