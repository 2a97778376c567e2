"""The sinks of a monitor, from its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordio_monitor._exceptions import SettingError
from cordio_monitor._full import Limits
from cordio_monitor._unit import size

if TYPE_CHECKING:
    from cordio_monitor._settings import LogSettings, SentrySettings, StatsdSettings, ZipkinSettings
    from cordio_monitor.sinks import Publisher, Rows, Sink

__all__ = ["limits_of", "sinks_of"]


def limits_of(settings: LogSettings, buffer: int | None = None) -> Limits:
    """Return how much may wait for a sink.

    Parameters
    ----------
    settings : LogSettings
        The settings.
    buffer : int | None
        How many records, whatever the settings say.

    Returns
    -------
    Limits
        The limits.

    Examples
    --------
    >>> from cordio_monitor import LogSettings
    >>> limits_of(LogSettings(buffer=500)).records
    500
    """
    records = settings.buffer if buffer is None else buffer
    return Limits(records, size("buffer_size", settings.buffer_size), settings.full)


def sinks_of(
    log: LogSettings,
    sentry: SentrySettings | None,
    zipkin: ZipkinSettings | None,
    statsd: StatsdSettings | None,
    database: Rows | None,
    broker: Publisher | None,
) -> list[Sink]:
    """Return the sinks that the settings switch on; nothing else is loaded.

    Parameters
    ----------
    log : LogSettings
        Console, file, table and queue.
    sentry : SentrySettings | None
        Sentry.
    zipkin : ZipkinSettings | None
        Zipkin.
    statsd : StatsdSettings | None
        StatsD.
    database : Rows | None
        What the table is written through.
    broker : Publisher | None
        What the queue is written through.

    Returns
    -------
    list[Sink]
        The sinks.

    Raises
    ------
    SettingError
        If a table or a queue is set and there is nothing to write it through.

    Examples
    --------
    >>> from cordio_monitor import LogSettings
    >>> sinks_of(LogSettings(console=False), None, None, None, None, None)
    []
    """
    from cordio_monitor import sinks

    found: list[Sink] = []
    if log.console:
        found.append(sinks.Console())
    if log.file:
        found.append(sinks.File(log.file, rotate=log.rotate, every=log.every, keep=log.keep))
    if log.table:
        if database is None:
            raise SettingError("table", log.table, "a database to write it through, or an empty value")
        found.append(sinks.Table(database, log.table))
    if log.queue:
        if broker is None:
            raise SettingError("queue", log.queue, "a broker to write it through, or an empty value")
        found.append(sinks.Queue(broker, log.queue))
    if sentry is not None and sentry.dsn:
        found.append(sinks.Sentry(sentry.dsn, environment=sentry.environment, release=sentry.release))
    if zipkin is not None and zipkin.url:
        choice = sinks.Choice(sample=zipkin.sample) if zipkin.sample < 1 else None
        found.append(sinks.Zipkin(zipkin.url, choice=choice))
    if statsd is not None and statsd.address:
        prefix = statsd.prefix or None
        found.append(sinks.Statsd(statsd.address, prefix=prefix, tags=statsd.tags, names=statsd.names))
    return found
