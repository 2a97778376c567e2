"""Deliveries in child processes: what waits is the parent's, and the child delivers its own."""

from __future__ import annotations

import os
import signal
import sys
from threading import local
from typing import TYPE_CHECKING, Protocol
from weakref import WeakSet

if TYPE_CHECKING:
    from cordio_monitor._delivery import Delivery

__all__ = ["after_fork", "at_end_of_child", "held_over_fork"]

_LAST_WAIT = 5.0


class Forked(Protocol):
    """What has to begin anew in a child process."""

    def forked(self) -> None:
        """Begin anew; called in the child."""


_known: WeakSet[Forked] = WeakSet()
_watched: list[bool] = []
_held: set[int] = set()
_masks = local()


def after_fork(one: Forked) -> None:
    """Let something begin anew in each child process that is forked from now on.

    Parameters
    ----------
    one : Forked
        What begins anew.
    """
    _known.add(one)
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


def held_over_fork(number: int) -> None:
    """Let a signal that a child gets while it is being forked wait until it has begun.

    The interpreter forgets what came before it had begun in the child (``_PySignal_AfterFork``): a worker
    that is terminated at once, as `multiprocessing.Pool.terminate` does, would live for ever.

    Parameters
    ----------
    number : int
        The signal; one with a handler in Python.
    """
    if not _held and hasattr(os, "register_at_fork"):
        os.register_at_fork(before=_block, after_in_child=_let_in, after_in_parent=_let_in)
    _held.add(number)


def _block() -> None:
    _masks.before = signal.pthread_sigmask(signal.SIG_BLOCK, _held)


def _let_in() -> None:
    signal.pthread_sigmask(signal.SIG_SETMASK, _masks.before)


def _end(delivery: Delivery) -> None:
    delivery.finish()
    delivery.join(_LAST_WAIT)


def _in_child() -> None:
    for one in tuple(_known):
        one.forked()
