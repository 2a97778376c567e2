"""The services ``amqp`` and ``amqp_lock`` of an application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from ssl import SSLContext

from cordio_amqp._amqp import Amqp
from cordio_amqp._lock import AmqpLock
from cordio_amqp._settings import AmqpSettings
from cordio_amqp._tls import spoken
from cordio_core.tls import TlsSettings

__all__ = ["amqp", "amqp_lock"]


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
        context = await _context(stack, settings, section)
        yield await stack.enter_async_context(Amqp(settings, monitor=monitor, tls=context))


async def amqp_lock(settings: AmqpSettings, section: TlsSettings) -> AsyncIterator[AmqpLock]:
    """Make what lets one of several replicas run a schedule.

    Parameters
    ----------
    settings : AmqpSettings
        The section ``amqp``.
    section : TlsSettings
        The section ``tls``, for an address of ``amqps://``.

    Yields
    ------
    AmqpLock
        The service.
    """
    async with AsyncExitStack() as stack:
        context = await _context(stack, settings, section)
        yield await stack.enter_async_context(AmqpLock(settings, tls=context))


async def _context(stack: AsyncExitStack, settings: AmqpSettings, section: TlsSettings) -> SSLContext | None:
    tls = spoken(settings, section)
    return None if tls is None else (await stack.enter_async_context(tls)).client
