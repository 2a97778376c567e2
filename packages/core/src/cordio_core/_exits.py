"""The exit codes of an application, the same with one worker and with many."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["Exit"]


class Exit(IntEnum):
    """What a process of an application ends with; the numbers are those of BSD's sysexits.h.

    Examples
    --------
    >>> Exit.CUT
    <Exit.CUT: 75>
    """

    OK = 0
    """A stop in order: everything that was accepted was finished."""

    USAGE = 64
    """What was called for does not exist, or its data are no JSON: ``EX_USAGE``."""

    DATA = 65
    """The data that a handler was called with fit it not: ``EX_DATAERR``."""

    LOCKED = 69
    """Another process holds what may be held once: ``EX_UNAVAILABLE``."""

    SOFTWARE = 70
    """The start failed, or a part failed while it ran: ``EX_SOFTWARE``."""

    CUT = 75
    """A stop that had to cancel or lose what was accepted; to be tried again: ``EX_TEMPFAIL``."""

    CONFIG = 78
    """The configuration is wrong: ``EX_CONFIG``."""
