"""One table of rules, and which of them an exception falls under."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from cordio_errors._failures import CircuitOpen
from cordio_errors._overrides import Overrides
from cordio_errors._rule import Rule

if TYPE_CHECKING:
    from cordio_errors._registry import Registry

__all__ = ["Finding", "Rules"]

Finding = tuple[Exception, Rule | None]
_MANY = 1024


class Rules:
    """The rules of an application, or of one layer, in the order of their declaration.

    Parameters
    ----------
    owner : Registry
        Who keeps all the tables of an application.
    layer : str
        The layer whose rules they are; empty for those of the application.
    rules : iterable of Rule
        The first rules.
    overrides : Overrides or None
        How settings change them.

    Attributes
    ----------
    declared : list of Rule
        The rules as code declares them.
    within : float or None
        The longest limit of all retry schemes in seconds, None if none has one.
    limit : float or None
        The shortest limit on an attempt in seconds.
    guarded : bool
        Whether a rule has a breaker, a limit or a budget.
    """

    __slots__ = (
        "__weakref__",
        "_found",
        "_looks_through",
        "_met",
        "_overrides",
        "_rules",
        "declared",
        "guarded",
        "layer",
        "limit",
        "owner",
        "within",
    )

    def __init__(
        self, owner: Registry, layer: str = "", rules: Iterable[Rule] = (), overrides: Overrides | None = None
    ) -> None:
        self.owner, self.layer, self.declared = owner, layer, list(rules)
        self._overrides, self._met = overrides, 0
        self._found: dict[type[Exception], tuple[Rule, ...]] = {}
        self._work_out()

    def __iter__(self) -> Iterator[Rule]:
        """Go over the rules in force, in the order of their declaration."""
        return iter(self._rules)

    @property
    def armed(self) -> bool:
        """Whether a call of a service layer needs more than to be made: a limit, or a guard."""
        return self.guarded or self.within is not None

    @property
    def repeating(self) -> Rule | None:
        """The first rule that repeats a call, as code declares it."""
        return next((rule for rule in self.declared if rule.retry is not None), None)

    def add(self, rule: Rule) -> None:
        """Take one more rule; it is in force at once.

        Parameters
        ----------
        rule : Rule
            The rule.
        """
        self.declared.append(rule)
        self._work_out()
        self.owner.changed()

    def override(self, overrides: Overrides) -> None:
        """Let settings change the rules.

        Parameters
        ----------
        overrides : Overrides
            The changes; they take the place of earlier ones.
        """
        self._overrides = overrides
        self._work_out()

    def met(self) -> int:
        """Count how often it has been met where what is in force was not known.

        Returns
        -------
        int
            The times, this one included.
        """
        self._met += 1
        return self._met

    def changed(self, overrides: Overrides) -> Rules:
        """Make a table of the rules in force with more changes.

        Parameters
        ----------
        overrides : Overrides
            The changes.

        Returns
        -------
        Rules
            Another table.
        """
        return Rules(self.owner, self.layer, overrides.rules(self._rules, adds=not self.layer))

    def line(self, kind: type[Exception]) -> tuple[Rule, ...]:
        """Return the rules that speak of an exception type.

        Parameters
        ----------
        kind : type of Exception
            The type.

        Returns
        -------
        tuple of Rule
            The one that is asked first is the first.
        """
        line = self._found.get(kind)
        if line is None:
            if len(self._found) >= _MANY:
                self._found.clear()  # classes that are made for each call are never met again
            line = self._found[kind] = tuple(self._candidates(kind))
        return line

    def spoken(self, error: Exception, landed: Collection[str] = ()) -> Finding:
        """Choose the rule for an exception, or for one of its causes if a rule looks through to it.

        Parameters
        ----------
        error : Exception
            The exception.
        landed : collection of str
            The layers that it has gone to; a rule that goes there is passed over.

        Returns
        -------
        Finding
            The exception that the rule speaks of, and the rule; None for it if there is none.
        """
        rule = self._first(error, self.line(type(error)), landed)
        if self._looks_through and (rule is None or Exception in rule.types):
            return self._through(error, rule, landed)
        return error, self._opener(error) if rule is None and isinstance(error, CircuitOpen) else rule

    def _work_out(self) -> None:
        adds = not self.layer
        changes = self._overrides
        self._rules = list(self.declared) if changes is None else changes.rules(self.declared, adds=adds)
        self._found.clear()
        self._looks_through = any(rule.through_causes for rule in self._rules)
        self.guarded = any(rule.guarded for rule in self._rules)
        limits = [rule.retry.within_seconds for rule in self._rules if rule.retry]
        self.within = max((limit for limit in limits if limit is not None), default=None)
        self.limit = min((rule.limit.seconds for rule in self._rules if rule.limit is not None), default=None)

    def _opener(self, error: CircuitOpen) -> Rule | None:
        """A call that a breaker refused is judged by the breaker's own rule."""
        owned = (rule for rule in reversed(self._rules) if rule.breaker is not None)
        return next((rule for rule in owned if rule.breaker is error.breaker), None)

    def _through(self, error: Exception, rule: Rule | None, landed: Collection[str]) -> Finding:
        """A rule for a cause acts before one for Exception at large, and after any other."""
        cause, met = error.__cause__, {id(error)}
        while isinstance(cause, Exception) and id(cause) not in met:
            met.add(id(cause))
            line = [one for one in self.line(type(cause)) if one.through_causes]
            found = self._first(cause, line, landed)
            if found is not None:
                return cause, found
            cause = cause.__cause__
        return error, rule

    @staticmethod
    def _first(error: Exception, line: Iterable[Rule], landed: Collection[str]) -> Rule | None:
        for rule in line:
            if (rule.when is None or rule.applies(error)) and rule.goto not in landed:
                return rule
        return None

    def _candidates(self, kind: type[Exception]) -> Iterator[Rule]:
        line: list[type] = [one for one in kind.__mro__ if issubclass(one, BaseException)]
        if issubclass(kind, BaseExceptionGroup):
            line = [one for one in line if issubclass(one, BaseExceptionGroup)]
        for one in line:
            named = [rule for rule in reversed(self._rules) if one in rule.types]
            yield from sorted(named, key=lambda rule: rule.when is None)
