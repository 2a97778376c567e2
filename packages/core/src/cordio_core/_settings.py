"""What can be set of the application itself."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass

from cordio_core._duration import Duration

__all__ = ["AppSettings"]

_WINDOW = Duration("5s")


@dataclass(frozen=True, slots=True)
class AppSettings:
    """The section ``app``.

    Parameters
    ----------
    start : Duration
        How long the start may take, in seconds; then it fails, and the part that blocks is named.
    drain : Duration or None
        How long a stop that was asked for goes on accepting while readiness says no, so that load balancers
        notice, in seconds; unless set 5, or 0 where standard input or error is a terminal.
    grace : Duration
        How long a stop waits for the events that were accepted and for tasks, in seconds; what is left is
        cancelled.
    close : Duration
        How long the services, and the monitor after them, may take to stop, in seconds.
    stop : Duration or None
        How long the whole stop may take, in seconds; each of its parts has what is left of it at most. Unless
        set the sum of drain, grace and close: by default 30, the time that Kubernetes gives a container.
    monitoring : str
        The scenario of monitoring in place of the preset's: ``"package.module:Name"``; empty for that one.
    repeating : str
        The scenario of repeating in place of the preset's: ``"package.module:Name"``; empty for that one.
    tasks : int
        How many tasks that were spawned there may be at a time; further ones are refused.

    Raises
    ------
    ValueError
        If a value is none of its kind.

    Examples
    --------
    >>> settings = AppSettings(drain=Duration("1s"))
    >>> settings.grace, settings.window, settings.whole
    (20.0, 1.0, 26.0)
    """

    start: Duration = Duration("60s")
    drain: Duration | None = None
    grace: Duration = Duration("20s")
    close: Duration = Duration("5s")
    stop: Duration | None = None
    monitoring: str = ""
    repeating: str = ""
    tasks: int = 10_000

    def __post_init__(self) -> None:
        """Refuse what is no time, no number or no text."""
        for name in ("start", "drain", "grace", "close", "stop"):
            span = getattr(self, name)
            if not isinstance(span, Duration) and (span is not None or name not in ("drain", "stop")):
                raise ValueError(f"app.{name}={span!r} is no Duration: write Duration('5s')")
        if type(self.tasks) is not int or self.tasks < 1:
            raise ValueError(f"app.tasks={self.tasks!r} is no number of tasks: write 1 or more")
        for name in ("monitoring", "repeating"):
            if not isinstance(getattr(self, name), str):
                raise ValueError(f"app.{name}={getattr(self, name)!r} is no text: write 'package.module:Name'")

    @property
    def window(self) -> float:
        """How long a stop goes on accepting, in seconds."""
        if self.drain is not None:
            return float(self.drain)
        return 0.0 if _is_terminal(0) or _is_terminal(2) else float(_WINDOW)

    @property
    def whole(self) -> float:
        """How long the whole stop may take, in seconds."""
        return self.window + self.grace + self.close if self.stop is None else float(self.stop)


def _is_terminal(descriptor: int) -> bool:
    with suppress(OSError):  # it is closed, as in a daemon
        return os.isatty(descriptor)
    return False
