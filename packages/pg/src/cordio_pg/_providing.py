"""The services ``pg`` and ``pg_lock`` of an application."""

from __future__ import annotations

from collections.abc import AsyncIterator

from cordio_pg._advisory import AdvisoryLock
from cordio_pg._observer import Observer
from cordio_pg._postgres import Postgres
from cordio_pg._settings import PgSettings
from cordio_pg._tls import Trust

__all__ = ["pg_lock", "postgres"]


async def postgres(settings: PgSettings, monitor: object, tls: Trust) -> AsyncIterator[Postgres]:
    """Make a database as a service of an application, whose monitor follows its statements.

    It is what the service ``pg`` is made by; under another name, as ``pg_reports``, it is another database,
    whose settings are in the section of that name.

    Parameters
    ----------
    settings : PgSettings
        The section that has the name of the service.
    monitor : object
        The application's monitor.
    tls : Trust
        The service ``tls``.

    Yields
    ------
    Postgres
        The service.

    Examples
    --------
    >>> def declare(app: "App") -> None:
    ...     app.service(name="pg_reports")(postgres)
    """
    observer = monitor if isinstance(monitor, Observer) else None
    async with Postgres(settings, observer=observer, trust=tls) as service:
        yield service


async def pg_lock(pg: Postgres, tls: Trust) -> AsyncIterator[AdvisoryLock]:
    """Make what lets one of several replicas run a schedule.

    Parameters
    ----------
    pg : Postgres
        The service ``pg``, whose database keeps the locks.
    tls : Trust
        The service ``tls``.

    Yields
    ------
    AdvisoryLock
        The service.
    """
    async with AdvisoryLock(pg.settings, trust=tls) as service:
        yield service
