"""The service ``amqp`` of an application."""

from __future__ import annotations

from collections.abc import AsyncIterator

from cordio_amqp._amqp import Amqp
from cordio_amqp._settings import AmqpSettings

__all__ = ["amqp"]


async def amqp(settings: AmqpSettings, monitor: object) -> AsyncIterator[Amqp]:
    """Make it: the application's monitor watches what is published and called.

    Parameters
    ----------
    settings : AmqpSettings
        The section ``amqp``.
    monitor : object
        The application's monitor.

    Yields
    ------
    Amqp
        The service.
    """
    async with Amqp(settings, monitor=monitor) as service:
        yield service
