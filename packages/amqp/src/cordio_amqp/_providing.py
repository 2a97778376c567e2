"""The service ``amqp`` of an application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

from cordio_amqp._amqp import Amqp
from cordio_amqp._settings import AmqpSettings
from cordio_amqp._tls import spoken
from cordio_core.tls import TlsSettings

__all__ = ["amqp"]


async def amqp(settings: AmqpSettings, monitor: object, section: TlsSettings) -> AsyncIterator[Amqp]:
    """Make it: the application's monitor watches what is published and called.

    Parameters
    ----------
    settings : AmqpSettings
        The section ``amqp``.
    monitor : object
        The application's monitor.
    section : TlsSettings
        The section ``tls``, for an address of ``amqps://``.

    Yields
    ------
    Amqp
        The service.
    """
    async with AsyncExitStack() as stack:
        tls = spoken(settings, section)
        context = None if tls is None else (await stack.enter_async_context(tls)).client
        yield await stack.enter_async_context(Amqp(settings, monitor=monitor, tls=context))
