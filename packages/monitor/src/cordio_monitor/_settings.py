"""The settings of the sections `log`, `sentry`, `zipkin` and `statsd`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from cordio_monitor._address import address, url
from cordio_monitor._checked import flag, number, one_of, text, texts
from cordio_monitor._exceptions import SettingError
from cordio_monitor._unit import seconds, size, whole

__all__ = ["LogSettings", "SentrySettings", "StatsdSettings", "ZipkinSettings"]

_LEVELS = ("debug", "info", "warning", "error")
_FULL = ("newest", "lowest", "wait")
_FORMATS = ("auto", "pretty", "json")
_LEAST_SPILL = 4096


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What is logged, how it looks, and where it goes.

    Parameters
    ----------
    level : Literal["debug", "info", "warning", "error"]
        The lowest level that is kept; ``debug`` keeps everything.
    format : Literal["auto", "pretty", "json"]
        ``pretty`` for people, ``json`` for one object a line, ``auto`` for the first in a terminal and the
        second otherwise.
    capture : bool
        Whether what libraries write to the standard ``logging`` is taken as well.
    off : tuple[str, ...]
        The standard points that are switched off: ``incoming``, ``handlers``, ``services``, ``calls``,
        ``queries``, ``messages``, ``tasks``, ``retries``, ``start``, ``stop``, or names of your own.
    level_header : str
        The header by which a caller may set the level of its event; empty if none may.
    recorder : bool
        Whether messages below the level are kept until their event ends, and written if it failed.
    slow : float
        Written too if the event took so many seconds; 0 for never.
    urgent : Literal["debug", "info", "warning", "error"]
        The level from which on records are written at once, and not at the end of their event.
    console : bool
        Whether records are written to the console.
    file : str
        The file that they are written to; empty for none.
    rotate : str
        At which size the file is rotated, such as ``100MiB``; ``0`` for never.
    every : str
        At which age it is rotated, such as ``1d``; ``0`` for never.
    keep : int
        How many rotated files are kept.
    table : str
        The table that they are written to, where the application offers a database; empty for none.
    queue : str
        The queue that they are written to, where the application offers a broker; empty for none.
    buffer : int
        How many records may wait for a destination.
    buffer_size : str
        How many bytes they may have.
    full : Literal["newest", "lowest", "wait"]
        What a full buffer does: drop the newest records, the lowest level first, or make the caller wait.
    spill : str
        The folder in which records wait for a table, a queue, Sentry or Zipkin; empty for none.
    spill_size : str
        How many bytes each of them may have there.

    Raises
    ------
    SettingError
        If a level or a format is not known, or a text, a number or a size means nothing.

    Examples
    --------
    >>> LogSettings(level="info")
    LogSettings(level='info', format='auto', capture=True, ...)
    """

    level: Literal["debug", "info", "warning", "error"] = "debug"
    format: Literal["auto", "pretty", "json"] = "auto"
    capture: bool = True
    off: tuple[str, ...] = ()
    level_header: str = ""
    recorder: bool = False
    slow: float = 0.0
    urgent: Literal["debug", "info", "warning", "error"] = "error"
    console: bool = True
    file: str = ""
    rotate: str = "100MiB"
    every: str = "0"
    keep: int = 7
    table: str = ""
    queue: str = ""
    buffer: int = 100_000
    buffer_size: str = "256MiB"
    full: Literal["newest", "lowest", "wait"] = "newest"
    spill: str = ""
    spill_size: str = "64MiB"

    def __post_init__(self) -> None:
        one_of("log", "level", self.level, _LEVELS)
        one_of("log", "format", self.format, _FORMATS)
        one_of("log", "urgent", self.urgent, _LEVELS)
        one_of("log", "full", self.full, _FULL)
        for option in ("capture", "recorder", "console"):
            flag("log", option, getattr(self, option))
        for option in ("level_header", "file", "table", "queue", "spill"):
            text("log", option, getattr(self, option))
        texts("log", "off", self.off)
        number("log", "slow", self.slow, "a number of seconds, 0 for never")
        whole("buffer", self.buffer, 1)
        whole("keep", self.keep)
        size("rotate", self.rotate)
        if not size("buffer_size", self.buffer_size):
            raise SettingError("buffer_size", self.buffer_size, "a size above 0")
        if size("spill_size", self.spill_size) < _LEAST_SPILL:
            raise SettingError("spill_size", self.spill_size, "a size of 4KiB or more")
        seconds("every", self.every)


@dataclass(frozen=True, slots=True)
class SentrySettings:
    """Whether and where errors are sent to Sentry.

    Parameters
    ----------
    dsn : str
        The address with the key of the project; empty for nowhere.
    environment : str
        Where the service runs, such as ``production``.
    release : str
        Which version of it runs.

    Raises
    ------
    SettingError
        If the address is none; it is not shown.

    Examples
    --------
    >>> SentrySettings(dsn="https://key@sentry.local/42")
    SentrySettings(environment='', release='')
    """

    dsn: str = field(default="", repr=False, metadata={"secret": True})
    environment: str = ""
    release: str = ""

    def __post_init__(self) -> None:
        if self.dsn != "":
            url("sentry", "dsn", self.dsn, "https://key@host/42", with_key=True)
        text("sentry", "environment", self.environment)
        text("sentry", "release", self.release)


@dataclass(frozen=True, slots=True)
class ZipkinSettings:
    """Whether and where traces are sent to Zipkin or Jaeger.

    Parameters
    ----------
    url : str
        The server, such as ``http://zipkin:9411``; empty for nowhere.
    sample : float
        The share of the traces that is sent.

    Raises
    ------
    SettingError
        If the address is none, or the share is not between 0 and 1.

    Examples
    --------
    >>> ZipkinSettings(url="http://zipkin:9411").sample
    1.0
    """

    url: str = ""
    sample: float = 1.0

    def __post_init__(self) -> None:
        if self.url != "":
            url("zipkin", "url", self.url, "http://zipkin:9411")
        number("zipkin", "sample", self.sample, "a share between 0 and 1", most=1)


@dataclass(frozen=True, slots=True)
class StatsdSettings:
    """Whether and where metrics are sent to StatsD.

    Parameters
    ----------
    address : str
        Host and port, such as ``127.0.0.1:8125``; empty for nowhere.
    prefix : str
        What stands before each name; empty for the name of the service.
    tags : tuple[str, ...]
        Fields that go out as tags, as DogStatsD understands them.
    names : int
        How many different names there may be.

    Raises
    ------
    SettingError
        If the address, a tag or a number is none.

    Examples
    --------
    >>> StatsdSettings(address="127.0.0.1:8125").names
    1000
    """

    address: str = ""
    prefix: str = ""
    tags: tuple[str, ...] = ()
    names: int = 1_000

    def __post_init__(self) -> None:
        if self.address != "":
            address("statsd", "address", self.address)
        text("statsd", "prefix", self.prefix)
        texts("statsd", "tags", self.tags)
        whole("names", self.names, 1, section="statsd")
