"""Which values hold where the configuration gives none."""

from __future__ import annotations

from dataclasses import dataclass

from cordio_core._duration import Duration
from cordio_core._settings import AppSettings

__all__ = ["DevelopmentDefaults", "TestDefaults"]


@dataclass(frozen=True, slots=True)
class DevelopmentDefaults(AppSettings):
    """The section ``app`` while a service is written: a stop waits for no load balancer.

    Examples
    --------
    >>> DevelopmentDefaults().window
    0.0
    """

    drain: Duration | None = Duration("0s")


@dataclass(frozen=True, slots=True)
class TestDefaults(AppSettings):
    """The section ``app`` in tests: what hangs is told soon.

    Examples
    --------
    >>> TestDefaults().window, TestDefaults().start
    (0.0, 10.0)
    """

    start: Duration = Duration("10s")
    drain: Duration | None = Duration("0s")
    grace: Duration = Duration("5s")
    close: Duration = Duration("2s")
