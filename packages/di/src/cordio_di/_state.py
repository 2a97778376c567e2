"""What can be seen of a service's life."""

from __future__ import annotations

from typing import Literal, NamedTuple

__all__ = ["State", "Status"]

Status = Literal["never started", "starting", "up", "idle-stopped", "failed", "stopped"]


class State(NamedTuple):
    """How a service of the application stands.

    Parameters
    ----------
    status : str
        ``never started``, ``starting``, ``up``, ``idle-stopped``, ``failed`` (its last start has failed,
        or it broke while it was up), or ``stopped`` for another reason, as when what it was made with broke.
    since : float
        When that began: seconds since the epoch, as `time.time`.
    error : str or None
        Why it failed: the exception's type and text; None unless ``failed``.

    Examples
    --------
    >>> State("up", 0.0).status
    'up'
    """

    status: Status = "never started"
    since: float = 0.0
    error: str | None = None
