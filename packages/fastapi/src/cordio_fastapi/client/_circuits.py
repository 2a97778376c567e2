"""Circuit breakers: an address that only fails is left alone for a while."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cordio_fastapi.client._exceptions import CircuitOpen, RequestError, RequestFailed

__all__ = ["Circuit", "Circuits", "State", "Terms"]

State = Literal["closed", "half-open", "open"]
_MOST = 1000  # addresses; whole ones may come from outside


@dataclass(frozen=True, slots=True)
class Terms:
    """When a circuit opens, and for how long.

    Parameters
    ----------
    failures : int
        How many failures open it.
    within : float
        In how many seconds.
    open_for : float
        For how many seconds.
    """

    failures: int
    within: float
    open_for: float


class Circuit:
    """The circuit of one address.

    Each attempt counts for itself. While the circuit is open nothing is sent. Then one request is let
    through: it closes the circuit if it is answered, and else opens it again. What is cancelled counts for
    nothing, and an answer below 500 is a success: the server is there.

    Parameters
    ----------
    terms : Terms
        When it opens, and for how long.

    Examples
    --------
    >>> circuit = Circuit(Terms(failures=1, within=30, open_for=30))
    >>> circuit.failed(RequestError("GET http://stock", "no answer"), trial=circuit.enter("GET http://stock"))
    >>> circuit.state
    'open'
    """

    __slots__ = ("_cause", "_failures", "_terms", "_trying", "_until")

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._failures: deque[float] = deque(maxlen=terms.failures)
        self._until: float | None = None
        self._trying, self._cause = False, ""

    @property
    def state(self) -> State:
        """Whether requests are sent, refused, or wait for the one that tries."""
        if self._until is None:
            return "closed"
        return "open" if time.monotonic() < self._until else "half-open"

    @property
    def wait(self) -> float:
        """For how many seconds requests are refused still."""
        return 0.0 if self._until is None else max(0.0, self._until - time.monotonic())

    @property
    def cause(self) -> str:
        """How the last request failed; empty while it is closed."""
        return "" if self._until is None else self._cause

    def enter(self, where: str) -> bool:
        """Let a request begin.

        Parameters
        ----------
        where : str
            The method and the address.

        Returns
        -------
        bool
            Whether it is the one that tries; to be handed back at its end.

        Raises
        ------
        CircuitOpen
            If it may not begin.
        """
        if self._until is None:
            return False
        left = self._until - time.monotonic()
        if left > 0 or self._trying:
            raise CircuitOpen(where, max(left, 0.0), self._cause)
        self._trying = True
        return True

    def failed(self, error: RequestError, trial: bool) -> None:
        """Count a failure, unless it shows that the server is well."""
        if isinstance(error, RequestFailed) and error.status < 500:
            return self.succeeded(trial)
        moment = time.monotonic()
        self._failures.append(moment)
        full = len(self._failures) == self._terms.failures
        if trial or (full and moment - self._failures[0] <= self._terms.within):
            self._until, self._cause = moment + self._terms.open_for, error.what
            self._failures.clear()
        if trial:
            self._trying = False

    def succeeded(self, trial: bool) -> None:
        """Close the circuit if this was the request that tried."""
        if trial:
            self._until, self._trying = None, False

    def left(self, trial: bool) -> None:
        """Take back a request that came to nothing, as a cancelled one does."""
        if trial:
            self._trying = False


class Circuits:
    """The circuits of a client, those that were used longest ago forgotten first.

    Parameters
    ----------
    terms : Terms
        When a circuit opens; never for 0 failures.
    """

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._circuits: OrderedDict[str, Circuit] = OrderedDict()

    def of(self, origin: str) -> Circuit | None:
        """Return the circuit of an origin; None if there are no circuits."""
        if not self._terms.failures:
            return None
        found = self._circuits.get(origin)
        if found is None:
            found = self._circuits[origin] = Circuit(self._terms)
            if len(self._circuits) > _MOST:
                self._circuits.popitem(last=False)
        else:
            self._circuits.move_to_end(origin)
        return found

    @property
    def states(self) -> Mapping[str, State]:
        """The state of each circuit by its origin."""
        return {origin: circuit.state for origin, circuit in self._circuits.items()}
