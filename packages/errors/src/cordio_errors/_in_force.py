"""The rules that are in force in one call: the tables of the layers around it, then the application's."""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain
from typing import TYPE_CHECKING

from cordio_errors._guard import Guards
from cordio_errors._overriding import overriding
from cordio_errors._rule import Rule
from cordio_errors._rules import Finding, Rules

if TYPE_CHECKING:
    from cordio_errors._registry import Registry

__all__ = ["InForce"]


class InForce:
    """Tables of rules from the inside out; the first that speaks of an exception decides.

    Parameters
    ----------
    owner : Registry
        Whose tables they are.
    tables : tuple of Rules
        The innermost first.
    handler : str
        The handler around the call, by its path; empty where none is known.

    Attributes
    ----------
    within : float or None
        The limit in seconds on all attempts of a call until one has failed: the longest of the innermost
        table that has any.
    armed : bool
        Whether a call of a service layer needs more than to be made: a limit, or a guard.
    guarded : bool
        Whether a rule has a breaker, a limit or a budget.
    """

    __slots__ = ("_guards", "armed", "guarded", "handler", "owner", "tables", "within")

    def __init__(self, owner: Registry, tables: tuple[Rules, ...], handler: str) -> None:
        self.owner, self.tables, self.handler = owner, tables, handler
        self.within = next((table.within for table in tables if table.within is not None), None)
        self.guarded = any(table.guarded for table in tables)
        self.armed = self.guarded or self.within is not None
        self._guards: dict[str, Guards | None] = {}

    def spoken(self, error: Exception, landed: Collection[str] = ()) -> Finding:
        """Choose the rule for an exception, or for one of its causes if a rule looks through to it.

        Layers count from the inside out. In a table the most specific type by MRO wins; for one type a
        rule with a predicate that holds wins over one without, and among equals the last declared. A
        group falls only under rules for groups: a rule for Exception speaks of its members.

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
        for table in self.tables if overriding.get() is None else self._overridden():
            told, rule = table.spoken(error, landed)
            if rule is not None:
                return told, rule
        return error, None

    def find(self, error: Exception) -> Rule | None:
        """Choose the rule for an exception.

        Parameters
        ----------
        error : Exception
            The exception.

        Returns
        -------
        Rule or None
            The rule.
        """
        return self.spoken(error)[1]

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
        if not self.guarded:
            return None
        known = self._guards.get(layer)
        if known is None:
            limit = next((table.limit for table in self.tables if table.limit is not None), None)
            rules = chain.from_iterable(self.tables)
            known = self._guards[layer] = Guards(layer, self.find, rules, limit)
        return known

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
        return tuple(chain.from_iterable(table.line(kind) for table in self._overridden()))

    def _overridden(self) -> tuple[Rules, ...]:
        override = overriding.get()
        return self.tables if override is None else override.tables(self.tables, self.handler)
