"""The sinks of a monitor, from its settings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from cordio_monitor._exceptions import SettingError
from cordio_monitor._full import Limits
from cordio_monitor._unit import size, whole

if TYPE_CHECKING:
    from cordio_monitor._settings import LogSettings, SentrySettings, StatsdSettings, ZipkinSettings
    from cordio_monitor.sinks import Publisher, Rows, Sink, Spill

__all__ = ["limits_of", "named", "sinks_of"]


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

    Raises
    ------
    SettingError
        If the number means nothing.

    Examples
    --------
    >>> from cordio_monitor import LogSettings
    >>> limits_of(LogSettings(buffer=500)).records
    500
    """
    records = settings.buffer if buffer is None else whole("buffer", buffer, 1, section="monitor")
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
        found.append(sinks.Table(database, log.table, spill=_spill(log, "table")))
    if log.queue:
        if broker is None:
            raise SettingError("queue", log.queue, "a broker to write it through, or an empty value")
        found.append(sinks.Queue(broker, log.queue, spill=_spill(log, "queue")))
    if sentry is not None and sentry.dsn:
        where, what, spill = sentry.environment, sentry.release, _spill(log, "sentry")
        found.append(sinks.Sentry(sentry.dsn, environment=where, release=what, spill=spill))
    if zipkin is not None and zipkin.url:
        choice = sinks.Choice(sample=zipkin.sample) if zipkin.sample < 1 else None
        found.append(sinks.Zipkin(zipkin.url, choice=choice, spill=_spill(log, "zipkin")))
    if statsd is not None and statsd.address:
        prefix = statsd.prefix or None
        found.append(sinks.Statsd(statsd.address, prefix=prefix, tags=statsd.tags, names=statsd.names))
    return found


def named(sinks: Iterable[Sink]) -> dict[str, Sink]:
    """Give the sinks of a monitor their names.

    Parameters
    ----------
    sinks : Iterable[Sink]
        The sinks.

    Returns
    -------
    dict[str, Sink]
        The sinks; of two of a kind the second is `Console-2`.

    Raises
    ------
    SettingError
        If these are no sinks: one alone, a class, or something without what a sink has; or if what one
        should write would be lost.

    Examples
    --------
    >>> from cordio_monitor.sinks import Console
    >>> list(named([Console(), Console()]))
    ['Console', 'Console-2']
    """
    from inspect import iscoroutinefunction

    from cordio_monitor.sinks import Sink as Kind

    expected = "a list of sinks, such as [Console()]"
    parts = [name for name in vars(Kind) if not name.startswith("_")]
    if isinstance(sinks, (str, bytes)) or not isinstance(sinks, Iterable):
        raise SettingError("sinks", sinks, expected, "monitor")
    seen: Counter[str] = Counter()
    found: dict[str, Sink] = {}
    for sink in sinks:
        if isinstance(sink, type) or not all(hasattr(sink, name) for name in parts):
            raise SettingError("sinks", sink, expected, "monitor")
        if type(sink).write is Kind.write or iscoroutinefunction(sink.write):
            raise SettingError(
                "sinks", sink, "a `write` of its own, which is called and not awaited", "monitor"
            )
        whole("batch", sink.batch, 1, section="monitor")
        name = type(sink).__name__
        seen[name] += 1
        found[name if seen[name] == 1 else f"{name}-{seen[name]}"] = sink
    return found


def _spill(log: LogSettings, name: str) -> Spill | None:
    from cordio_monitor.sinks import Spill

    return Spill(f"{log.spill}/{name}", log.spill_size) if log.spill else None
