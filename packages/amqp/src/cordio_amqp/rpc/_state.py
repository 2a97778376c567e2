"""How the calls of a service are."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CallState"]


@dataclass(frozen=True, slots=True)
class CallState:
    """The calls of a service at one moment.

    Parameters
    ----------
    in_flight : int
        How many wait for their answers.
    late : int
        How many answers came when nobody waited for them any more.

    Examples
    --------
    >>> CallState(2, 0)
    CallState(in_flight=2, late=0)
    """

    in_flight: int
    late: int
