"""The standard `logging` as a source: what libraries write is taken once, with the trace."""

from __future__ import annotations

import logging
import sys
from threading import get_ident
from typing import TYPE_CHECKING

from cordio_monitor._content import Content
from cordio_monitor._control import controls
from cordio_monitor._raw import INFO
from cordio_monitor._scope import current
from cordio_monitor._weight import weight_of

if TYPE_CHECKING:
    from cordio_monitor._delivery import Delivery
    from cordio_monitor._raw import Raw

__all__ = ["Capture", "captured"]

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"asctime", "color_message", "message", "taskName"}


class Capture(logging.Handler):
    """The handler on the root logger; handlers that write to the console step back while it is there.

    Parameters
    ----------
    delivery : Delivery
        Where the records go.
    """

    def __init__(self, delivery: Delivery) -> None:
        super().__init__(delivery.threshold)
        self._delivery = delivery
        self._level = logging.root.level
        self._silenced: list[tuple[logging.Logger, list[logging.Handler], bool]] = []

    def attach(self) -> None:
        """Take over: libraries are heard from ``info`` up, or from the monitor's level if that is higher."""
        self._level = logging.root.level
        for logger in _loggers():
            self._silence(logger)
        logging.root.setLevel(max(self.level, INFO))
        logging.root.addHandler(self)

    def detach(self) -> None:
        """Leave everything as it was found."""
        logging.root.removeHandler(self)
        logging.root.setLevel(self._level)
        for logger, handlers, propagate in self._silenced:
            logger.propagate = propagate
            for handler in handlers:
                logger.addHandler(handler)
        self._silenced.clear()

    def emit(self, record: logging.LogRecord) -> None:
        """Remember a record; it is formatted when it is delivered.

        Parameters
        ----------
        record : logging.LogRecord
            The record.
        """
        # What a sink logs while it writes would feed itself for ever.
        if get_ident() in self._delivery.threads:
            return
        scope, control = current.get(), controls.get()
        if control is not None and "logs" in control.off:
            return
        raw: Raw = ("logging", record.levelno, int(record.created * 1e9), record, None, scope)
        urgent = record.levelno >= self._delivery.urgent
        if scope is None or urgent or scope.event.outlet is not self._delivery:
            self._delivery.take([raw], weight_of(raw))
        else:
            scope.event.add(raw, weight_of(raw))

    def _silence(self, logger: logging.Logger) -> None:
        handlers = [handler for handler in logger.handlers if _is_console(handler)]
        if handlers:
            self._silenced.append((logger, handlers, logger.propagate))
            logger.propagate = True
            for handler in handlers:
                logger.removeHandler(handler)


def captured(record: logging.LogRecord) -> Content:
    """Read a record of the standard ``logging``.

    Parameters
    ----------
    record : logging.LogRecord
        The record.

    Returns
    -------
    Content
        Its message, its logger and its extra attributes as fields, and its exception.
    """
    fields: dict[str, object] = {"logger": record.name}
    fields |= {name: value for name, value in record.__dict__.items() if name not in _STANDARD}
    if record.stack_info:
        fields["stack"] = record.stack_info
    error = record.exc_info[1] if record.exc_info else None
    return Content(_message(record), fields, error, True)


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # whatever its arguments raise: it is told unformatted, and not lost
        return f"{record.msg} {record.args}"


def _loggers() -> list[logging.Logger]:
    known = list(logging.root.manager.loggerDict.values())
    return [logging.root, *(logger for logger in known if isinstance(logger, logging.Logger))]


def _is_console(handler: logging.Handler) -> bool:
    stream = getattr(handler, "stream", None)
    return stream is not None and stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__)
