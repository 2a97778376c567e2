"""The life of a monitor: what is begun at its start, and what is ended with it, however the process ends."""

from __future__ import annotations

import atexit
from time import monotonic
from time import sleep as pause
from typing import TYPE_CHECKING

from cordio_monitor._outlet import running
from cordio_monitor._policy import Installed, MaskSettings, install
from cordio_monitor._rehearsal import selftest
from cordio_monitor._signals import Signals
from cordio_monitor.sinks import Sink

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cordio_monitor._capture import Capture
    from cordio_monitor._delivery import Delivery

__all__ = ["Life"]

_LOOK_EVERY = 0.002


class Life:
    """Begins and ends the delivery, the masking, the capture of the standard ``logging`` and the signals.

    Parameters
    ----------
    service : str
        The service that is watched.
    sinks : Mapping[str, Sink]
        The sinks by their names.
    delivery : Delivery
        What delivers to them.
    masking : MaskSettings | None
        What is masked meanwhile.
    within : float
        For how many seconds a sink that hangs is waited for at the end.

    Attributes
    ----------
    captures : bool
        Whether what is written to the standard ``logging`` is taken.
    """

    def __init__(
        self,
        service: str,
        sinks: Mapping[str, Sink],
        delivery: Delivery,
        masking: MaskSettings | None,
        within: float,
    ) -> None:
        self._service = service
        self._sinks = sinks
        self._delivery = delivery
        self._within = within
        self._signals = Signals(
            self._at_exit, lambda: delivery.is_held, self._reopen if _has_files(sinks) else None
        )
        delivery.revived = self._signals.revived
        self._masking = masking
        self._masked: Installed | None = None
        self._capture: Capture | None = None
        self.captures = False

    def begin(self) -> None:
        """Put the masking in force, test every sink with it, and start."""
        self._masked = self._tested(install(self._masking))
        self._delivery.start()
        running.append(self._delivery)
        atexit.register(self._at_exit)
        self._signals.attach()
        if self.captures:
            self.capture()

    def capture(self) -> None:
        """Take what is written to the standard ``logging``, from now or the start on."""
        self.captures = True
        if self._delivery in running and self._capture is None:
            from cordio_monitor._capture import Capture

            self._capture = Capture(self._delivery)
            self._capture.attach()

    def flush(self, within: float) -> bool:
        """Wait until what was recorded so far is written.

        Parameters
        ----------
        within : float
            For how many seconds at most.

        Returns
        -------
        bool
            Whether nothing waits any more.
        """
        limit = monotonic() + within
        self._delivery.hurry()
        while any(account.pending > account.spilled for account in self._delivery.accounts().values()):
            if not monotonic() < limit:
                return False
            pause(_LOOK_EVERY)
        return True

    def finish(self) -> None:
        """Accept nothing more."""
        if self._capture is not None:
            self._capture.detach()
            self._capture = None
        if self._delivery in running:
            running.remove(self._delivery)
        self._delivery.finish()

    async def end(self) -> None:
        """Wait until everything is delivered, and tell what was not."""
        from asyncio import _get_running_loop, sleep

        # Looking again and again needs no thread of a pool that hanging handlers may have used up; if the
        # wait is cancelled, the end of the process waits for the rest.
        limit = monotonic() + self._within
        while not self._delivery.join() and monotonic() < limit:
            # A process that was forked below a running loop leaves the monitor without one.
            if _get_running_loop() is None:
                self._delivery.join(self._within)
            else:
                await sleep(_LOOK_EVERY)
        self._delivery.tell_losses()
        self._unmask()
        atexit.unregister(self._at_exit)
        self._signals.detach()

    def _at_exit(self) -> None:
        self.finish()
        self._delivery.join(self._within)
        self._delivery.tell_losses()
        self._unmask()

    def _tested(self, masked: Installed) -> Installed:
        try:
            selftest(self._sinks, self._service)
        except BaseException:  # it goes on
            masked.remove()
            raise
        return masked

    def _unmask(self) -> None:
        # What still waits must be masked by the same rules.
        if self._masked is not None and self._delivery.join():
            self._masked.remove()

    def _reopen(self) -> None:
        for sink in self._sinks.values():
            sink.reopen()


def _has_files(sinks: Mapping[str, Sink]) -> bool:
    return any(type(sink).reopen is not Sink.reopen for sink in sinks.values())
