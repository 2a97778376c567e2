"""The circuit breaker: after too many failures a call is refused for a while instead of being tried."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from threading import Lock
from typing import Literal

from cordio_errors._duration import seconds
from cordio_errors._exceptions import RetryMistake
from cordio_errors._failures import CircuitOpen
from cordio_errors._pause import now

__all__ = ["Breaker", "Circuit", "State"]

State = Literal["closed", "open", "half-open"]


class Breaker:
    """When a service layer stops calling, and for how long.

    The failures that fall under the rule are counted, each attempt for itself. While the circuit is open,
    calls are refused with `CircuitOpen`, which is answered as the rule says. Then one call is let through:
    it closes the circuit if it succeeds, and else opens it again. What is cancelled counts for nothing.

    Parameters
    ----------
    failures : int
        How many failures open the circuit.
    within : str or float
        The time in which they must have happened.
    open_for : str or float
        How long calls are refused.
    name : str or None
        With a name all the layers share one circuit; without it each layer has its own.

    Raises
    ------
    RetryMistake
        If an argument cannot be used.

    Examples
    --------
    >>> breaker = Breaker(failures=2, within="10s", open_for="30s")
    >>> circuit = breaker.circuit("Shop.reserve")
    >>> for _ in range(2):
    ...     circuit.failed("ConnectionError: refused", trial=circuit.enter("Shop.reserve"))
    >>> breaker.states
    {'Shop.reserve': 'open'}
    """

    __slots__ = ("_circuits", "failures", "name", "open_for", "within")

    def __init__(
        self,
        failures: int = 5,
        within: str | float = "30s",
        open_for: str | float = "30s",
        name: str | None = None,
    ) -> None:
        if isinstance(failures, bool) or not isinstance(failures, int) or failures < 1:
            raise RetryMistake(
                "failures", f"{failures!r} is no number of failures: write 1 or more", "Breaker"
            )
        self.failures, self.name = failures, name
        self.within, self.open_for = _duration("within", within), _duration("open_for", open_for)
        self._circuits: dict[str, Circuit] = {}

    def __repr__(self) -> str:
        """Show it as it is written."""
        return f"Breaker(failures={self.failures}, within={self.within:g}, open_for={self.open_for:g})"

    @property
    def states(self) -> Mapping[str, State]:
        """The state of each circuit by its name, or by its layer's."""
        return {name: circuit.state for name, circuit in self._circuits.items()}

    def circuit(self, layer: str, /) -> Circuit:
        """Return the circuit of a layer.

        Parameters
        ----------
        layer : str
            The layer.

        Returns
        -------
        Circuit
            The same for every call.
        """
        return self._circuits.setdefault(self.name or layer, Circuit(self))


class Circuit:
    """The circuit of one layer.

    Parameters
    ----------
    breaker : Breaker
        Its scheme.
    """

    __slots__ = ("_breaker", "_cause", "_failures", "_lock", "_trying", "_until")

    def __init__(self, breaker: Breaker) -> None:
        self._breaker, self._lock = breaker, Lock()
        self._failures: deque[float] = deque(maxlen=breaker.failures)
        self._until: float | None = None
        self._trying, self._cause = False, ""

    @property
    def state(self) -> State:
        """Whether calls go through, are refused, or wait for the one that tries."""
        if self._until is None:
            return "closed"
        return "open" if now() < self._until else "half-open"

    def enter(self, layer: str, /) -> bool:
        """Let an attempt begin.

        Parameters
        ----------
        layer : str
            The layer that asks.

        Returns
        -------
        bool
            Whether it is the one that tries whether all is well again; to be handed back at its end.

        Raises
        ------
        CircuitOpen
            If it may not begin.
        """
        if self._until is None:
            return False
        with self._lock:
            if self._until is None:
                return False
            left = self._until - now()
            if left > 0 or self._trying:
                raise CircuitOpen(layer, max(left, 0.0), self._cause, self._breaker)
            self._trying = True
            return True

    def failed(self, cause: str, /, trial: bool = False) -> None:
        """Count a failure.

        Parameters
        ----------
        cause : str
            What failed.
        trial : bool
            What `enter` returned.
        """
        with self._lock:
            moment = now()
            self._failures.append(moment)
            full = len(self._failures) == self._breaker.failures
            if trial or (full and moment - self._failures[0] <= self._breaker.within):
                self._until, self._cause = moment + self._breaker.open_for, cause
                self._failures.clear()
            if trial:
                self._trying = False

    def succeeded(self, trial: bool = False) -> None:
        """Close the circuit if this was the call that tried.

        Parameters
        ----------
        trial : bool
            What `enter` returned.
        """
        if trial:
            with self._lock:
                self._until, self._trying = None, False

    def left(self, trial: bool = False) -> None:
        """Take back an attempt that came to nothing, as a cancelled one does.

        Parameters
        ----------
        trial : bool
            What `enter` returned.
        """
        if trial:
            with self._lock:
                self._trying = False

    @property
    def wait(self) -> float:
        """How many seconds calls are still refused."""
        return 0.0 if self._until is None else max(0.0, self._until - now())


def _duration(name: str, value: str | float) -> float:
    try:
        found = seconds(value)
    except ValueError as error:
        raise RetryMistake(name, str(error), "Breaker") from None
    if found == 0:
        raise RetryMistake(name, "no time at all: write a longer duration", "Breaker")
    return found
