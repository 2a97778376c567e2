"""What a monitor tells of itself and its service, and the levels that are changed to learn more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from cordio_monitor._checked import number
from cordio_monitor._levels import Levels
from cordio_monitor._masked import masked
from cordio_monitor._masking import mask
from cordio_monitor._outlet import running
from cordio_monitor._state import Health, State, health
from cordio_monitor._tasks import Tasks

if TYPE_CHECKING:
    from cordio_monitor._delivery import Delivery

__all__ = ["Diagnosis"]

_SHOWN = 100


class Diagnosis:
    """The part of a monitor that is asked, not told.

    Parameters
    ----------
    service : str
        The service that is watched.
    delivery : Delivery
        What delivers its records.
    """

    def __init__(self, service: str, delivery: Delivery) -> None:
        self._service = service
        self._delivery = delivery
        self._levels = Levels(delivery)
        self._tasks = Tasks()

    def state(self) -> State:
        """Tell what became of the records, and how the service fares.

        Returns
        -------
        State
            The open events, the account of each sink, the running tasks, the last errors, and of each handler
            how often and how fast it ran.

        Examples
        --------
        >>> from cordio_monitor import Monitor
        >>> Monitor("orders").state().sinks["Console"].accepted
        0
        """
        delivery = self._delivery
        events = tuple(delivery.events)
        return State(
            masked(self._service),
            delivery in running,
            tuple(mask(event.name) for event in events[:_SHOWN]),
            delivery.accounts(),
            self._levels.name,
            self._tasks.states(),
            delivery.diary.errors(),
            delivery.diary.handlers(),
            len(events) + delivery.forsaken,
            delivery.diary.timings(),
            delivery.diary.counts(),
        )

    def health(self) -> Health:
        """Tell whether the monitor does its work: cheap, and no sink is asked.

        Returns
        -------
        Health
            Whether it runs and every sink writes what it is given, and what is wrong.

        Examples
        --------
        >>> from cordio_monitor import Monitor
        >>> Monitor("orders").health()
        Health(ok=False, problems=('the monitor does not run',))
        """
        return health(self._delivery in running, self._delivery.accounts())

    def set_level(
        self,
        level: Literal["debug", "info", "warning", "error"],
        /,
        *,
        within: float = 600.0,
        logger: str = "",
    ) -> None:
        """Change the level of messages while the service runs; it falls back by itself.

        Parameters
        ----------
        level : Literal["debug", "info", "warning", "error"]
            The lowest level that is kept.
        within : float
            After how many seconds it falls back; 0 for the end of the monitor.
        logger : str
            A logger of the standard ``logging``; empty for the monitor's own level.

        Raises
        ------
        KindError
            If the level is not known.
        SettingError
            If the time is none.

        Examples
        --------
        >>> from cordio_monitor import Monitor
        >>> monitor = Monitor("orders")
        >>> monitor.set_level("warning", within=0)
        >>> monitor.state().level
        'warning'
        """
        number("monitor", "within", within, "a number of seconds, 0 for the end of the monitor")
        self._levels.change(level, within, logger)
