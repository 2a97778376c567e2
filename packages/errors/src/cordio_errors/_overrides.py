"""Rules and texts as settings change them: for good, or in one context."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from cordio_errors._origin import Origin
from cordio_errors._rule import Rule

if TYPE_CHECKING:
    from cordio_errors._catalogue import Entry
    from cordio_errors._rules import Rules

__all__ = ["Change", "Overrides"]

_NOTHING: Mapping[str, object] = {"reply": None, "goto": None, "stop": False, "halt": False}
_PLACE = Origin("settings", 0, "errors.rules")


@dataclass(frozen=True, slots=True)
class Change:
    """What settings change about the rules for a type, or for a code.

    Parameters
    ----------
    kind : type of Exception or None
        The type; None where a code is meant.
    code : str
        The code that the rules answer; empty where a type is meant.
    enabled : bool
        Whether the rules are in force at all.
    level : str
        The level of what goes to the log; empty where it stays.
    parts : mapping of str to object
        The fields of a rule that change.
    """

    kind: type[Exception] | None
    code: str
    enabled: bool
    level: str
    parts: Mapping[str, object]

    def apply(self, rules: Iterable[Rule], *, adds: bool) -> list[Rule]:
        """Return the rules as they are with the change.

        Parameters
        ----------
        rules : iterable of Rule
            The rules without it.
        adds : bool
            Whether a type that no rule speaks of gets one.

        Returns
        -------
        list of Rule
            In the same order; what is new comes last.
        """
        kept: list[Rule] = []
        changed: list[Rule] = []
        for rule in rules:
            mine, others = self._split(rule)
            if others:
                kept.append(replace(rule, types=others))
            if mine and self.enabled:
                changed.append(self._changed(replace(rule, types=mine)))
        if adds and self.kind is not None and self.enabled and not changed and self.parts:
            changed.append(self._changed(Rule((self.kind,), None, (), None, True, None, _PLACE)))
        return kept + changed

    def _split(self, rule: Rule) -> tuple[tuple[type[Exception], ...], tuple[type[Exception], ...]]:
        """Part the types of a rule into those that change and those that do not."""
        if self.kind is None:
            mine = rule.reply is not None and rule.reply.code == self.code
            return (rule.types, ()) if mine else ((), rule.types)
        return (
            tuple(one for one in rule.types if one is self.kind),
            tuple(one for one in rule.types if one is not self.kind),
        )

    def _changed(self, rule: Rule) -> Rule:
        parts = dict(self.parts)
        if parts.get("ignore") is True:
            parts = {**_NOTHING, "commit": (), "retry": None, "breaker": None, "limit": None, **parts}
        elif parts:
            parts.setdefault("ignore", False)
        if any(parts.get(name) for name in ("goto", "stop", "halt")):
            parts = {**_NOTHING, **parts}
        changed = replace(rule, **parts)  # type: ignore[arg-type]  # read by name from settings
        if not self.level:
            return changed
        commit = (replace(one, name=self.level) if one.kind == "log" else one for one in changed.commit)
        return replace(changed, commit=tuple(commit))


class Overrides:
    """All the changes of one set of settings.

    Parameters
    ----------
    changes : iterable of Change
        Of rules, in the order in which they count.
    entries : mapping of str to Entry
        Of the catalogue.
    handlers : mapping of str to Overrides
        Changes that count in one handler, by its path.
    """

    __slots__ = ("_changes", "_tables", "entries", "handlers")

    def __init__(
        self, changes: Iterable[Change], entries: Mapping[str, Entry], handlers: Mapping[str, Overrides]
    ) -> None:
        self._changes, self.entries, self.handlers = tuple(changes), entries, handlers
        self._tables: WeakKeyDictionary[Rules, tuple[tuple[Rule, ...], Rules]] = WeakKeyDictionary()

    def rules(self, declared: Iterable[Rule], *, adds: bool) -> list[Rule]:
        """Return the rules in force.

        Parameters
        ----------
        declared : iterable of Rule
            The rules as code declares them.
        adds : bool
            Whether types that no rule speaks of get one: in the table of the application.

        Returns
        -------
        list of Rule
            With all the changes.
        """
        found = list(declared)
        for change in self._changes:
            found = change.apply(found, adds=adds)
        return found

    def tables(self, tables: tuple[Rules, ...], handler: str) -> tuple[Rules, ...]:
        """Return tables of rules as they are with the changes.

        Parameters
        ----------
        tables : tuple of Rules
            The tables in force without them.
        handler : str
            The handler around, by its path.

        Returns
        -------
        tuple of Rules
            The tables with them.
        """
        return self.for_handler(tuple(map(self._table, tables)), handler)

    def for_handler(self, tables: tuple[Rules, ...], handler: str) -> tuple[Rules, ...]:
        """Return tables of rules with the changes that count in one handler alone.

        Parameters
        ----------
        tables : tuple of Rules
            The tables in force without them.
        handler : str
            The handler around, by its path.

        Returns
        -------
        tuple of Rules
            The tables with them.
        """
        own = self.handlers.get(handler)
        return tables if own is None else tuple(map(own._table, tables))

    def _table(self, rules: Rules) -> Rules:
        """The table with the changes, made once."""
        in_force, known = tuple(rules), self._tables.get(rules)
        if known is None or known[0] != in_force:
            known = self._tables[rules] = (in_force, rules.changed(self))
        return known[1]
