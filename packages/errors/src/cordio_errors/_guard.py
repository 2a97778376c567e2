"""What is done around each attempt because of breakers, limits and budgets; no rule with one, no guard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from cordio_errors._breaker import Circuit
from cordio_errors._deadline import Armed
from cordio_errors._failures import CircuitOpen, LimitExceeded
from cordio_errors._mark import marks
from cordio_errors._notes import annotate
from cordio_errors._pause import now
from cordio_errors._text import described

if TYPE_CHECKING:
    from cordio_errors._rule import Rule

__all__ = ["Guards"]

P = ParamSpec("P")
T = TypeVar("T")
Choice = Callable[[Exception], "Rule | None"]


class Guards:
    """The breakers, the limit and the budgets of the rules that are in force for one layer.

    Parameters
    ----------
    layer : str
        The layer, by the name of its function.
    choose : callable
        Chooses the rule for an exception.
    rules : iterable of Rule
        The rules in force: each breaker is asked before an attempt, each budget gets its part of a success.
    limit : float or None
        How many seconds an attempt may take.
    """

    __slots__ = ("_budgets", "_choose", "_circuits", "_layer", "_limit")

    def __init__(self, layer: str, choose: Choice, rules: Iterable[Rule], limit: float | None) -> None:
        self._layer, self._choose, self._limit = layer, choose, limit
        rules = tuple(rules)
        breakers = [rule.breaker for rule in rules if rule.breaker is not None]
        budgets = [rule.retry.budget for rule in rules if rule.retry and rule.retry.budget is not None]
        self._circuits = {breaker: breaker.circuit(layer) for breaker in breakers}
        self._budgets = tuple(dict.fromkeys(budgets))

    async def attempt(self, function: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function once.

        Parameters
        ----------
        function : callable
            The function.
        *args : object
            What it is called with.
        **kwargs : object
            What it is called with, by name.

        Returns
        -------
        object
            What it returned.

        Raises
        ------
        CircuitOpen
            If a breaker refuses the call.
        LimitExceeded
            If it took too long.
        """
        with self.around():
            if self._limit is None:
                return await function(*args, **kwargs)
            async with Armed(now() + self._limit, self._exceeded):
                return await function(*args, **kwargs)

    @contextmanager
    def around(self) -> Iterator[None]:
        """Guard a block as one attempt, but for the limit: code that is not async cannot be cut.

        Yields
        ------
        None
            For the block.

        Raises
        ------
        CircuitOpen
            If a breaker refuses it.
        """
        trials, since = self._enter(), marks.latest
        try:
            yield
        except Exception as error:
            self._failed(error, trials, since)
            raise
        except BaseException:
            self._leave(trials)
            raise
        self._succeeded(trials)

    def armed(self) -> Armed | None:
        """Limit an attempt from now on.

        Returns
        -------
        Armed or None
            For ``async with``; None if there is no limit.
        """
        return None if self._limit is None else Armed(now() + self._limit, self._exceeded)

    def _enter(self) -> dict[Circuit, bool]:
        trials: dict[Circuit, bool] = {}
        try:
            for circuit in self._circuits.values():
                trials[circuit] = circuit.enter(self._layer)
        except CircuitOpen:
            self._leave(trials)
            raise
        return trials

    def _failed(self, error: Exception, trials: dict[Circuit, bool], since: int) -> None:
        rule = self._choose(error) if trials else None
        for breaker, circuit in self._circuits.items():
            if isinstance(error, CircuitOpen):
                circuit.left(trials[circuit])  # refused further in: nothing was learnt here
            elif rule is None or rule.breaker is not breaker:
                circuit.succeeded(trials[circuit])
            else:
                circuit.failed(described(error), trials[circuit])
                self._give_up(error, circuit, since)

    def _give_up(self, error: Exception, circuit: Circuit, since: int) -> None:
        """No wait for an attempt that would be refused."""
        if circuit.state == "open":
            annotate(error, f"{self._layer} is not called for {circuit.wait:.3g} s, since it kept failing")
            marks.of(error, since).exhausted = True

    def _succeeded(self, trials: dict[Circuit, bool]) -> None:
        for circuit, trial in trials.items():
            circuit.succeeded(trial)
        for budget in self._budgets:
            budget.succeeded()

    @staticmethod
    def _leave(trials: dict[Circuit, bool]) -> None:
        for circuit, trial in trials.items():
            circuit.left(trial)

    def _exceeded(self) -> Exception:
        return LimitExceeded(self._layer, self._limit or 0.0, "Limit(...)")
