"""Where records are written."""

from cordio_monitor._record import Record
from cordio_monitor.sinks._console import Console
from cordio_monitor.sinks._sink import Sink

__all__ = ["Console", "Record", "Sink"]
