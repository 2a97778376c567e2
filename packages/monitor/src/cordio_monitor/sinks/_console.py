"""The console as a sink: for people in a terminal, one JSON object a line otherwise."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TextIO

from cordio_monitor._given import able
from cordio_monitor._settings import LogSettings
from cordio_monitor._stream import put
from cordio_monitor.sinks._pretty import as_text
from cordio_monitor.sinks._sink import Sink

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cordio_monitor._record import Record
    from cordio_monitor.sinks._choice import Choice

__all__ = ["Console"]


class Console(Sink):
    """Writes errors to standard error and everything else to standard output, or all to one stream.

    In the JSON format every record is written. In the format for people spans, counts and timings are
    written only if the level is ``debug``. Colours are used in a terminal, unless ``NO_COLOR`` is set.

    Parameters
    ----------
    stream : TextIO | None
        Where everything goes; by default errors go to ``sys.stderr`` and the rest to ``sys.stdout``.
    choice : Choice | None
        What it takes.

    Examples
    --------
    >>> from cordio_monitor.sinks import Record
    >>> Console().write([Record("log", "info", 0, "orders", "", "placing", {"sku": "A-1"})])
    {"time": "1970-01-01T00:00:00.000000Z", "level": "info", ... "message": "placing", "sku": "A-1"}
    """

    def __init__(self, stream: TextIO | None = None, *, choice: Choice | None = None) -> None:
        if stream is not None:
            able("console", "stream", stream, ("write", "flush"), "an open text file, such as sys.stderr")
        self._stream = stream
        self.choice = choice
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
        if record.kind == "ledger":
            return record.level != "info"
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
        failed = [] if self._is_one_stream() else [record for record in records if _is_failure(record)]
        if failed:
            put(sys.stderr, self._text(failed, sys.stderr))
            records = [record for record in records if not _is_failure(record)]
        if records:
            stream = self._target(records[0])
            put(stream, self._text(records, stream))

    def rehearse(self, records: Sequence[Record]) -> str:
        """Tell what would be shown.

        Parameters
        ----------
        records : Sequence[Record]
            The records.

        Returns
        -------
        str
            The lines.
        """
        return "".join(self._text([record], self._target(record)) for record in records)

    def _text(self, records: Sequence[Record], stream: TextIO | None) -> str:
        if self._is_pretty(stream):
            colour = _is_coloured(stream)
            return "".join([as_text(record, colour=colour) for record in records])
        return "".join([record.json or record.line() for record in records])

    def _target(self, record: Record) -> TextIO | None:
        if self._stream is not None:
            return self._stream
        return sys.stderr if _is_failure(record) else sys.stdout

    def _is_one_stream(self) -> bool:
        return self._stream is not None or sys.stderr is sys.stdout

    def _is_pretty(self, stream: TextIO | None) -> bool:
        return self._settings.format == "pretty" or (self._settings.format == "auto" and _is_terminal(stream))


def _is_failure(record: Record) -> bool:
    return record.level == "error" or bool(record.error)


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except (AttributeError, ValueError):
        return False


def _is_coloured(stream: TextIO | None) -> bool:
    return _is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
