"""The console as a sink: for people in a terminal, one JSON object a line otherwise."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TextIO

from cordio_monitor._settings import LogSettings
from cordio_monitor._stream import put
from cordio_monitor.sinks._json import as_json
from cordio_monitor.sinks._pretty import as_text
from cordio_monitor.sinks._sink import Sink

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cordio_monitor._record import Record

__all__ = ["Console"]


class Console(Sink):
    """Writes errors to standard error and everything else to standard output, or all to one stream.

    In the JSON format every record is written. In the format for people spans, counts and timings are
    written only if the level is ``debug``. Colours are used in a terminal, unless ``NO_COLOR`` is set.

    Parameters
    ----------
    stream : TextIO | None
        Where everything goes; by default errors go to ``sys.stderr`` and the rest to ``sys.stdout``.

    Examples
    --------
    >>> from cordio_monitor.sinks import Record
    >>> Console().write([Record("log", "info", 0, "orders", "", "placing", {"sku": "A-1"})])
    {"time": "1970-01-01T00:00:00.000000Z", "level": "info", ... "message": "placing", "sku": "A-1"}
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream
        self._settings = LogSettings()

    def open(self, settings: LogSettings) -> None:
        """Take the settings over.

        Parameters
        ----------
        settings : LogSettings
            The format and the level.
        """
        self._settings = settings

    def takes(self, record: Record) -> bool:
        """Tell whether a record is shown.

        Parameters
        ----------
        record : Record
            The record.

        Returns
        -------
        bool
            Whether it is.
        """
        if record.kind in ("log", "event") or self._settings.level == "debug":
            return True
        return not self._is_pretty(self._target(record))

    def write(self, records: Sequence[Record]) -> None:
        """Write records, each as a line.

        Parameters
        ----------
        records : Sequence[Record]
            The records.
        """
        lines: dict[TextIO | None, list[str]] = {}
        for record in records:
            stream = self._target(record)
            lines.setdefault(stream, []).append(self._line(record, stream))
        for stream, texts in lines.items():
            put(stream, "".join(texts))

    def _line(self, record: Record, stream: TextIO | None) -> str:
        if self._is_pretty(stream):
            return as_text(record, colour=_is_coloured(stream))
        return as_json(record)

    def _target(self, record: Record) -> TextIO | None:
        if self._stream is not None:
            return self._stream
        return sys.stderr if record.level == "error" or record.error else sys.stdout

    def _is_pretty(self, stream: TextIO | None) -> bool:
        return self._settings.format == "pretty" or (self._settings.format == "auto" and _is_terminal(stream))


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except (AttributeError, ValueError):
        return False


def _is_coloured(stream: TextIO | None) -> bool:
    return _is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
