"""The services ``amqp`` and ``amqp_lock`` of an application."""

from __future__ import annotations

from collections.abc import AsyncIterator

from cordio_amqp._amqp import Amqp
from cordio_amqp._lock import AmqpLock
from cordio_amqp._settings import AmqpSettings
from cordio_amqp._tls import is_given
from cordio_core.tls import Tls

__all__ = ["amqp", "amqp_lock"]


async def amqp(settings: AmqpSettings, monitor: object, tls: Tls) -> AsyncIterator[Amqp]:
    """Make it: the application's monitor watches what is published and called.

    Parameters
    ----------
    settings : AmqpSettings
        The section ``amqp``.
    monitor : object
        The application's monitor.
    tls : Tls
        The service ``tls``, for an address of ``amqps://``.

    Yields
    ------
    Amqp
        The service.
    """
    context = tls.client if is_given(settings) else None
    async with Amqp(settings, monitor=monitor, tls=context) as service:
        yield service


async def amqp_lock(amqp: Amqp) -> AsyncIterator[AmqpLock]:
    """Make what lets one of several replicas run a schedule.

    Parameters
    ----------
    amqp : Amqp
        The service ``amqp``, to whose broker it connects.

    Yields
    ------
    AmqpLock
        The service.
    """
    async with AmqpLock(amqp.settings, tls=amqp.tls) as service:
        yield service
