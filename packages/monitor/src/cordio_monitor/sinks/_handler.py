"""Any sink as a handler of the standard `logging`."""

from __future__ import annotations

import atexit
import logging
from threading import get_ident
from typing import TYPE_CHECKING

from cordio_monitor._configured import named
from cordio_monitor._delivery import Delivery
from cordio_monitor._full import Limits
from cordio_monitor._settings import LogSettings
from cordio_monitor._weight import weight_of

if TYPE_CHECKING:
    from cordio_monitor._ledger import Account
    from cordio_monitor._raw import Raw
    from cordio_monitor.sinks._sink import Sink

__all__ = ["SinkHandler"]


class SinkHandler(logging.Handler):
    """Hands what a logger gets to a sink: masked, on other threads than the caller's, with the sink's books.

    Parameters
    ----------
    sink : Sink
        The sink.
    service : str
        The service that the records are from.
    level : int
        The lowest level that is taken.
    limits : Limits | None
        How much may wait.
    close_within : float
        For how many seconds `close` waits for the sink.

    Examples
    --------
    >>> import logging
    >>> from cordio_monitor.sinks import Console
    >>> audit = logging.getLogger("audit")
    >>> handler = SinkHandler(Console(), "orders")
    >>> audit.addHandler(handler)
    >>> audit.warning("login of %s, password=%s", "ann", "hunter2")
    >>> audit.removeHandler(handler)
    >>> handler.close()
    {"time": "...", "level": "warning", ... "message": "login of ann, password=***", "logger": "audit"}
    """

    def __init__(
        self,
        sink: Sink,
        service: str = "",
        level: int = logging.NOTSET,
        *,
        limits: Limits | None = None,
        close_within: float = 5.0,
    ) -> None:
        super().__init__(level)
        name = type(sink).__name__
        self._delivery = Delivery(service, named([sink]), LogSettings(), limits or Limits())
        self._name = name
        self._within = close_within
        self._begun = False

    def emit(self, record: logging.LogRecord) -> None:
        """Hand a record over.

        Parameters
        ----------
        record : logging.LogRecord
            The record.
        """
        from cordio_monitor._scope import current

        if get_ident() in self._delivery.threads:
            return
        if not self._begun:
            self._begun = True
            self._delivery.start()
            atexit.register(self.close)
        raw: Raw = ("logging", record.levelno, int(record.created * 1e9), record, None, current.get())
        self._delivery.take([raw], weight_of(raw))

    def account(self) -> Account:
        """Return the state of the books.

        Returns
        -------
        Account
            What became of the records.
        """
        return self._delivery.accounts()[self._name]

    def close(self) -> None:
        """Let what waits be written; nothing is taken any more."""
        if self._begun:
            self._begun = False
            atexit.unregister(self.close)
            self._delivery.finish()
            self._delivery.join(self._within)
            self._delivery.tell_losses()
        super().close()
