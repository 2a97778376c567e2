"""One rule: what happens when an exception of certain types comes out of a layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from cordio_errors._breaker import Breaker
from cordio_errors._destination import Destination
from cordio_errors._exceptions import ControlFlowError, RuleError
from cordio_errors._failures import LimitExceeded
from cordio_errors._limit import Limit
from cordio_errors._notes import annotate
from cordio_errors._origin import Origin
from cordio_errors._reply import Reply
from cordio_errors._retry import Retry
from cordio_errors._signal import Reaction
from cordio_errors._text import described

__all__ = ["Rule"]

_SAYING = "answer=, commit=, retry=, breaker=, limit=, goto=, stop=True, halt=True or ignore=True"


@dataclass(frozen=True, slots=True)
class Rule:
    """Exception types and the reaction to them.

    Parameters
    ----------
    types : tuple of type of Exception
        The types; their subclasses are meant too.
    reply : Reply or None
        What is answered.
    commit : tuple of Destination
        Where the fact is recorded.
    retry : Retry or None
        How a service layer repeats the call.
    ignore : bool
        Whether it passes for None, without a record.
    when : callable or None
        Narrows the rule to exceptions for which it is true.
    origin : Origin
        Where the rule was declared.
    breaker : Breaker or None
        When service layers stop calling for a while.
    limit : Limit or None
        How long an attempt of a service layer may take.
    goto : str or None
        The layer where the flow goes on.
    stop : bool
        Whether the flow ends.
    halt : bool
        Whether the application stops in order.
    through_causes : bool
        Whether it speaks of the causes of exceptions too.

    Attributes
    ----------
    reaction : {"ignore", "answer", "goto", "stop", "halt"}
        What it does to the flow, repeats aside.

    Raises
    ------
    RuleError
        If it contradicts itself, says nothing, or has no exception types.
    """

    types: tuple[type[Exception], ...]
    reply: Reply | None
    commit: tuple[Destination, ...]
    retry: Retry | None
    ignore: bool
    when: Callable[[Exception], object] | None
    origin: Origin
    breaker: Breaker | None = None
    limit: Limit | None = None
    goto: str | None = None
    stop: bool = False
    halt: bool = False
    through_causes: bool = False
    reaction: Reaction = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        self._check_types()
        self._check_parts()
        self._check_words()
        reactions = (self.reply, self.retry, self.breaker, self.limit)
        acts = bool(self.commit) or any(reaction is not None for reaction in reactions)
        breaks = self._breaks()
        if self.ignore and (acts or breaks):
            self._refuse("ignores and reacts at once", "leave out ignore=True, or everything else")
        if len(breaks) > 1:
            self._refuse(f"breaks in {len(breaks)} ways ({', '.join(breaks)})", "leave one of them")
        if self.goto is not None and self.reply is not None:
            self._refuse("goes to a layer and answers at once", "leave out answer=: the layer says what comes")
        if not self.ignore and not acts and not breaks:
            self._refuse("says nothing", f"give it {_SAYING}")
        object.__setattr__(self, "reaction", self._reaction())

    @property
    def guarded(self) -> bool:
        """Whether something is done around each attempt."""
        budget = self.retry is not None and self.retry.budget is not None
        return budget or self.breaker is not None or self.limit is not None

    def applies(self, error: Exception) -> bool:
        """Tell whether the rule, whose type fits, takes this exception.

        Parameters
        ----------
        error : Exception
            The exception.

        Returns
        -------
        bool
            What the predicate says; False if it fails itself.
        """
        if self.when is None:
            return True
        try:
            return bool(self.when(error))
        except Exception as broken:
            annotate(
                error, f"the rule at {self.origin} was passed over: its `when` raised {described(broken)}"
            )
            return False

    def _check_types(self) -> None:
        if not self.types:
            self._refuse("names no exception type", "write errors.on(SomeError, ...)")
        for kind in self.types:
            if not isinstance(kind, type) or not issubclass(kind, BaseException):
                self._refuse(f"is for {kind!r}, which is no exception type", "write the class itself")
            if not issubclass(kind, Exception):
                raise ControlFlowError(str(self.origin), kind)

    def _check_parts(self) -> None:
        if self.reply is not None and not isinstance(self.reply, Reply):
            self._refuse(f"answers {self.reply!r}", "write answer=answer('code')")
        if self.retry is not None and not isinstance(self.retry, Retry):
            self._refuse(f"repeats by {self.retry!r}", "write retry=Retry(attempts=3)")
        if self.breaker is not None and not isinstance(self.breaker, Breaker):
            self._refuse(f"has the breaker {self.breaker!r}", "write breaker=Breaker(failures=5)")
        if self.limit is not None:
            self._check_limit(self.limit)
        if self.goto is not None and (not isinstance(self.goto, str) or not self.goto.strip()):
            self._refuse(f"goes to {self.goto!r}", "write the name of a layer, as in goto='checkout'")
        if self.when is not None and not callable(self.when):
            self._refuse(f"has the predicate {self.when!r}", "write when=lambda error: ...")

    def _check_words(self) -> None:
        for name in ("stop", "halt", "ignore", "through_causes"):
            if not isinstance(getattr(self, name), bool):
                self._refuse(f"says {name}={getattr(self, name)!r}", "write True or False")
        for place in self.commit:
            if not isinstance(place, Destination):
                self._refuse(f"commits to {place!r}", "write commit=[to.log('error'), ...]")

    def _check_limit(self, limit: object) -> None:
        if not isinstance(limit, Limit):
            self._refuse(f"has the limit {limit!r}", "write limit=Limit('2s')")
        if not issubclass(LimitExceeded, self.types):
            self._refuse("has a limit, but not for what is then raised", "name TimeoutError among its types")

    def _reaction(self) -> Reaction:
        if self.ignore:
            return "ignore"
        if self.halt or self.stop:
            return "halt" if self.halt else "stop"
        return "answer" if self.goto is None else "goto"

    def _breaks(self) -> list[str]:
        said = {"goto": self.goto is not None, "stop": self.stop, "halt": self.halt}
        return [name for name, is_said in said.items() if is_said]

    def _refuse(self, what: str, cure: str) -> None:
        raise RuleError(str(self.origin), what, cure)
