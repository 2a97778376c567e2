"""Messages with fields."""

from __future__ import annotations

from time import time_ns
from typing import TYPE_CHECKING

from cordio_monitor._control import controls
from cordio_monitor._outlet import outlet
from cordio_monitor._raw import DEBUG, ERROR, INFO, WARNING
from cordio_monitor._scope import current
from cordio_monitor._weight import weight

if TYPE_CHECKING:
    from cordio_monitor._outlet import Outlet
    from cordio_monitor._raw import Raw

__all__ = ["Log", "log"]


class Log:
    """A logger: inside an event it only remembers, outside of one it hands over at once.

    Fields are read when the record is delivered, so pass values that stay as they are. A field that is an
    exception brings its traceback with it. Records at the level of errors do not wait for the event's end.

    Parameters
    ----------
    target : Outlet | None
        Where the records go; by default to the monitor of the event, or else to the one that runs.

    Examples
    --------
    >>> log = Log()
    >>> log.info("placing", sku="A-1")
    """

    __slots__ = ("_target",)

    def __init__(self, target: Outlet | None = None) -> None:
        self._target = target

    def debug(self, message: str, /, **fields: object) -> None:
        """Record what helps to find a mistake.

        Parameters
        ----------
        message : str
            What happened, without the particulars.
        **fields : object
            The particulars.
        """
        self._add(DEBUG, message, fields)

    def info(self, message: str, /, **fields: object) -> None:
        """Record what happened.

        Parameters
        ----------
        message : str
            What happened, without the particulars.
        **fields : object
            The particulars.
        """
        self._add(INFO, message, fields)

    def warning(self, message: str, /, **fields: object) -> None:
        """Record what somebody should look at.

        Parameters
        ----------
        message : str
            What happened, without the particulars.
        **fields : object
            The particulars.
        """
        self._add(WARNING, message, fields)

    def error(self, message: str, /, **fields: object) -> None:
        """Record what failed; ``error=exception`` brings its traceback.

        Parameters
        ----------
        message : str
            What happened, without the particulars.
        **fields : object
            The particulars.
        """
        self._add(ERROR, message, fields)

    def _add(self, level: int, message: str, fields: dict[str, object]) -> None:
        scope = current.get()
        control = controls.get()
        target = self._target or (outlet() if scope is None else scope.event.outlet)
        threshold = target.threshold
        if control is not None:
            if "logs" in control.off:
                return
            threshold = threshold if control.level is None else control.level
            fields = {**control.fields, **fields} if control.fields else fields
        raw: Raw = ("log", level, time_ns(), message, fields, scope)
        if level < threshold:
            if scope is not None and scope.event.flight is not None:
                scope.event.flight.add(raw, weight(message, fields))
        elif scope is None or level >= target.urgent or scope.event.outlet is not target:
            target.take([raw], weight(message, fields))
        else:
            scope.event.add(raw, weight(message, fields))


log = Log()
