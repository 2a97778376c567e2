"""Where records are written."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from cordio_monitor._raised import Raised
from cordio_monitor._record import Record
from cordio_monitor.sinks._console import Console
from cordio_monitor.sinks._sink import Sink

if TYPE_CHECKING:
    from cordio_monitor.sinks._choice import Choice
    from cordio_monitor.sinks._file import File
    from cordio_monitor.sinks._handler import SinkHandler
    from cordio_monitor.sinks._queue import Publisher, Queue
    from cordio_monitor.sinks._sentry import Sentry
    from cordio_monitor.sinks._spill import Spill
    from cordio_monitor.sinks._statsd import Statsd
    from cordio_monitor.sinks._table import Rows, Table
    from cordio_monitor.sinks._zipkin import Zipkin

__all__ = [
    "Choice",
    "Console",
    "File",
    "Publisher",
    "Queue",
    "Raised",
    "Record",
    "Rows",
    "Sentry",
    "Sink",
    "SinkHandler",
    "Spill",
    "Statsd",
    "Table",
    "Zipkin",
]

# What is not named is not loaded.
_LATER = {
    "Choice": "_choice",
    "File": "_file",
    "Publisher": "_queue",
    "Queue": "_queue",
    "Rows": "_table",
    "Sentry": "_sentry",
    "SinkHandler": "_handler",
    "Spill": "_spill",
    "Statsd": "_statsd",
    "Table": "_table",
    "Zipkin": "_zipkin",
}


# Hidden from type checkers, to which it would make every name known.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
        globals()[name] = value
        return value
