"""All rules, and which of them an exception falls under."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from weakref import WeakKeyDictionary

from cordio_errors._failures import CircuitOpen
from cordio_errors._guard import Guards
from cordio_errors._overrides import Overrides
from cordio_errors._overriding import overriding
from cordio_errors._retry import Retry
from cordio_errors._rule import Rule

__all__ = ["Finding", "Rules"]

Finding = tuple[Exception, Rule | None]


class Rules:
    """The rules in the order of their declaration.

    Attributes
    ----------
    within : float or None
        The longest limit of all retry schemes in seconds, None if none has one.
    armed : bool
        Whether a call of a service layer needs more than to be made: a limit, or a guard.
    guarded : bool
        Whether a rule has a breaker, a limit or a budget.

    Examples
    --------
    >>> Rules().find(KeyError()) is None
    True
    """

    __slots__ = (
        "__weakref__",
        "_found",
        "_guards",
        "_looks_through",
        "_overrides",
        "_rules",
        "armed",
        "declared",
        "guarded",
        "within",
    )

    def __init__(self) -> None:
        self.declared: list[Rule] = []
        self._rules: list[Rule] = []
        self._overrides: Overrides | None = None
        self._found: WeakKeyDictionary[type[Exception], tuple[Rule, ...]] = WeakKeyDictionary()
        self.within: float | None = None
        self.armed = self.guarded = False
        self._looks_through = False
        self._guards: dict[str, Guards | None] = {}

    def __iter__(self) -> Iterator[Rule]:
        """Go over the rules in force, in the order of their declaration."""
        return iter(self._rules)

    def add(self, rule: Rule) -> None:
        """Take one more rule; it is in force at once.

        Parameters
        ----------
        rule : Rule
            The rule.
        """
        self.declared.append(rule)
        self._work_out()

    def override(self, overrides: Overrides | None) -> None:
        """Let settings change the rules; calls that run keep what they have chosen.

        Parameters
        ----------
        overrides : Overrides or None
            The changes; None takes back earlier ones.
        """
        self._overrides = overrides
        self._work_out()

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
        table = Rules()
        table.declared = overrides.rules(self._rules)
        table._work_out()
        return table

    def _work_out(self) -> None:
        self._rules = list(self.declared) if self._overrides is None else self._overrides.rules(self.declared)
        self._found.clear()
        self._guards.clear()
        self._looks_through = any(rule.through_causes for rule in self._rules)
        self.guarded = Guards.of(self._rules, "", self.find) is not None
        limits = [rule.retry.within_seconds for rule in self._rules if rule.retry]
        self.within = max((limit for limit in limits if limit is not None), default=None)
        self.armed = self.guarded or self.within is not None

    def find(self, error: Exception, landed: Collection[str] = ()) -> Rule | None:
        """Choose the rule for an exception.

        The most specific type by MRO wins; for one type a rule with a predicate that holds wins over
        one without, and among equals the last declared. A group falls only under rules for groups:
        a rule for Exception speaks of its members.

        Parameters
        ----------
        error : Exception
            The exception.
        landed : collection of str
            The layers that it has gone to; a rule that goes there is passed over.

        Returns
        -------
        Rule or None
            The rule.
        """
        return self._in_force()._spoken(error, landed)[1]

    def guards(self, layer: str) -> Guards | None:
        """Return what is done around each attempt of a layer.

        Parameters
        ----------
        layer : str
            The layer, by the name of its function.

        Returns
        -------
        Guards or None
            None if no rule asks for anything.
        """
        if layer not in self._guards:
            self._guards[layer] = Guards.of(self._rules, layer, self.find)
        return self._guards[layer]

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
            line = self._found[kind] = tuple(self._candidates(kind))
        return line

    def findings(self, error: Exception, landed: Collection[str] = ()) -> list[Finding]:
        """Choose the rules for an exception, member by member for a group that has no rule itself.

        Parameters
        ----------
        error : Exception
            The exception.
        landed : collection of str
            The layers that it has gone to.

        Returns
        -------
        list of Finding
            Each exception, or the cause that its rule speaks of, with its rule; those that a rule ignores
            are left out.
        """
        told, rule = self._in_force()._spoken(error, landed)
        if rule is None and isinstance(error, ExceptionGroup):
            return [finding for member in error.exceptions for finding in self.findings(member, landed)]
        return [] if rule is not None and rule.ignore else [(told, rule)]

    def retry(self, error: Exception) -> Retry | None:
        """Choose the scheme to repeat a call by; a group is repeated only if all its members may be.

        Parameters
        ----------
        error : Exception
            How the call failed.

        Returns
        -------
        Retry or None
            The scheme, of a group that of its first member; None if it is not repeated.
        """
        schemes = [rule.retry if rule else None for _, rule in self.findings(error)]
        return schemes[0] if schemes and None not in schemes else None

    def _opener(self, error: CircuitOpen) -> Rule | None:
        """A call that a breaker refused is judged by the breaker's own rule."""
        owned = (rule for rule in reversed(self._rules) if rule.breaker is not None)
        return next((rule for rule in owned if rule.breaker is error.breaker), None)

    def _in_force(self) -> Rules:
        override = overriding.get()
        return self if override is None else override.table(self)

    def _spoken(self, error: Exception, landed: Collection[str]) -> Finding:
        """The rule for an exception, or for one of its causes if a rule looks through to it."""
        rule = self._first(error, self.line(type(error)), landed)
        if self._looks_through and (rule is None or Exception in rule.types):
            return self._through(error, rule, landed)
        return error, self._opener(error) if rule is None and isinstance(error, CircuitOpen) else rule

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
        return next((rule for rule in line if rule.goto not in landed and rule.applies(error)), None)

    def _candidates(self, kind: type[Exception]) -> Iterator[Rule]:
        line: list[type] = [one for one in kind.__mro__ if issubclass(one, BaseException)]
        if issubclass(kind, BaseExceptionGroup):
            line = [one for one in line if issubclass(one, BaseExceptionGroup)]
        for one in line:
            named = [rule for rule in reversed(self._rules) if one in rule.types]
            yield from sorted(named, key=lambda rule: rule.when is None)
