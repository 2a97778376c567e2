"""The service ``outbox`` of an application."""

from __future__ import annotations

from collections.abc import AsyncIterator

from cordio_pg._postgres import Postgres
from cordio_pg.events._outbox import Outbox, OutboxSettings
from cordio_pg.events._publishing import Publisher

__all__ = ["outbox"]


async def outbox(pg: Postgres, amqp: Publisher, settings: OutboxSettings) -> AsyncIterator[Outbox]:
    """Make it: what transactions of ``pg`` leave behind goes out by ``amqp``.

    Parameters
    ----------
    pg : Postgres
        The service ``pg``.
    amqp : Publisher
        The service ``amqp``, whoever brings it.
    settings : OutboxSettings
        The section ``outbox``.

    Yields
    ------
    Outbox
        The service.
    """
    async with Outbox(pg, amqp, settings) as service:
        yield service
