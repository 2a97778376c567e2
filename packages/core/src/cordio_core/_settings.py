"""What can be set of the application itself."""

from __future__ import annotations

from dataclasses import dataclass

from cordio_core._duration import Duration

__all__ = ["AppSettings"]


@dataclass(frozen=True, slots=True)
class AppSettings:
    """The section ``app``.

    Parameters
    ----------
    grace : Duration
        How long a stop waits for the events that were accepted and for tasks, in seconds; what is left is
        cancelled.

    Examples
    --------
    >>> AppSettings().grace
    20.0
    """

    grace: Duration = Duration("20s")
