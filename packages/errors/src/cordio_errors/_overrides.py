"""Rules and texts as settings change them: for good, or in one context."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

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

    def apply(self, rules: Iterable[Rule]) -> list[Rule]:
        """Return the rules as they are with the change.

        Parameters
        ----------
        rules : iterable of Rule
            The rules without it.

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
        if self.kind is not None and self.enabled and not changed and self.parts:
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
    """

    __slots__ = ("_changes", "_tables", "entries")

    def __init__(self, changes: Iterable[Change], entries: Mapping[str, Entry]) -> None:
        self._changes, self.entries = tuple(changes), entries
        self._tables: dict[int, tuple[Rules, tuple[Rule, ...], Rules]] = {}

    def rules(self, declared: Iterable[Rule]) -> list[Rule]:
        """Return the rules in force.

        Parameters
        ----------
        declared : iterable of Rule
            The rules as code declares them.

        Returns
        -------
        list of Rule
            With all the changes.
        """
        found = list(declared)
        for change in self._changes:
            found = change.apply(found)
        return found

    def table(self, rules: Rules) -> Rules:
        """Return a table of rules as it is with the changes; made once.

        Parameters
        ----------
        rules : Rules
            The table in force without them.

        Returns
        -------
        Rules
            The table with them.
        """
        in_force = tuple(rules)
        known = self._tables.get(id(rules))
        if known is None or known[1] != in_force:
            table = rules.changed(self)
            self._tables[id(rules)] = known = (rules, in_force, table)
        return known[2]
