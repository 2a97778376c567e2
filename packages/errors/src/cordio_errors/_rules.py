"""All rules, and which of them an exception falls under."""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakKeyDictionary

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

    Examples
    --------
    >>> Rules().find(KeyError()) is None
    True
    """

    __slots__ = ("_found", "_rules", "within")

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._found: WeakKeyDictionary[type[Exception], tuple[Rule, ...]] = WeakKeyDictionary()
        self.within: float | None = None

    def __iter__(self) -> Iterator[Rule]:
        """Go over the rules in the order of their declaration."""
        return iter(self._rules)

    def add(self, rule: Rule) -> None:
        """Take one more rule; it is in force at once.

        Parameters
        ----------
        rule : Rule
            The rule.
        """
        self._rules.append(rule)
        self._found.clear()
        limit = rule.retry.within_seconds if rule.retry else None
        if limit is not None:
            self.within = max(limit, self.within or 0.0)

    def find(self, error: Exception) -> Rule | None:
        """Choose the rule for an exception.

        The most specific type by MRO wins; for one type a rule with a predicate that holds wins over
        one without, and among equals the last declared. A group falls only under rules for groups:
        a rule for Exception speaks of its members.

        Parameters
        ----------
        error : Exception
            The exception.

        Returns
        -------
        Rule or None
            The rule.
        """
        kind = type(error)
        candidates = self._found.get(kind)
        if candidates is None:
            candidates = self._found[kind] = tuple(self._candidates(kind))
        return next((rule for rule in candidates if rule.applies(error)), None)

    def findings(self, error: Exception) -> list[Finding]:
        """Choose the rules for an exception, member by member for a group that has no rule itself.

        Parameters
        ----------
        error : Exception
            The exception.

        Returns
        -------
        list of Finding
            Each exception with its rule; those that a rule ignores are left out.
        """
        rule = self.find(error)
        if rule is None and isinstance(error, ExceptionGroup):
            return [finding for member in error.exceptions for finding in self.findings(member)]
        return [] if rule is not None and rule.ignore else [(error, rule)]

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

    def _candidates(self, kind: type[Exception]) -> Iterator[Rule]:
        line: list[type] = [one for one in kind.__mro__ if issubclass(one, BaseException)]
        if issubclass(kind, BaseExceptionGroup):
            line = [one for one in line if issubclass(one, BaseExceptionGroup)]
        for one in line:
            named = [rule for rule in reversed(self._rules) if one in rule.types]
            yield from sorted(named, key=lambda rule: rule.when is None)
