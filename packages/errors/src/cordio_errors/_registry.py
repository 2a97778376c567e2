"""Keeps all tables of rules of an application: its own, and those of its layers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count
from weakref import WeakValueDictionary

from cordio_errors._in_force import InForce
from cordio_errors._overrides import Overrides
from cordio_errors._rule import Rule
from cordio_errors._rules import Rules

__all__ = ["Registry"]

_OFTEN, _MANY = 8, 256


class Registry:
    """The tables, as code declares them and as settings change them.

    Attributes
    ----------
    application : Rules
        The table of the application: the outermost.
    alone : InForce
        That table alone.
    armed : bool
        Whether a call of a service layer may need more than to be made.
    """

    __slots__ = ("_made", "_numbers", "_of_layers", "_plain", "_settings", "alone", "application", "armed")

    def __init__(self) -> None:
        self._of_layers: WeakValueDictionary[int, Rules] = WeakValueDictionary()
        self._numbers, self._settings = count(), Overrides((), {}, {})
        self._made: dict[tuple[tuple[Rules, ...], str], InForce] = {}
        self.application, self.armed = Rules(self), False
        self.changed()

    def __iter__(self) -> Iterator[Rules]:
        """Go over the tables, the application's first, then those of layers as they were declared."""
        yield self.application
        yield from list(self._of_layers.values())

    @property
    def declared(self) -> list[Rule]:
        """All rules of all tables as code declares them."""
        return [rule for table in self for rule in table.declared]

    def of_layer(self, name: str, rules: Iterable[Rule]) -> Rules | None:
        """Make the table of a layer.

        Parameters
        ----------
        name : str
            The name of the layer.
        rules : iterable of Rule
            Its rules.

        Returns
        -------
        Rules or None
            None if it has no rules.
        """
        table = Rules(self, name, rules, self._settings)
        if not table.declared:
            return None
        self._of_layers[next(self._numbers)] = table
        self._plain, self.armed = False, self.armed or table.armed
        return table

    def override(self, settings: Overrides) -> None:
        """Let settings change the rules; calls that run keep what they have chosen.

        Parameters
        ----------
        settings : Overrides
            The changes; they take the place of earlier ones.
        """
        self._settings = settings
        for table in self:
            table.override(settings)
        self.changed()

    def tried(self, settings: Overrides) -> None:
        """Try what settings would make of the rules; nothing changes.

        Parameters
        ----------
        settings : Overrides
            The changes.

        Raises
        ------
        RuleError
            If a rule would contradict itself, or say nothing any more.
        """
        for changes in (settings, *settings.handlers.values()):
            for table in self:
                changes.rules(table.declared, adds=not table.layer)

    def in_force(self) -> Iterator[tuple[str, Rule]]:
        """Go over the rules in force, each with the layer that it belongs to.

        Yields
        ------
        tuple[str, Rule]
            The layer, empty for the application, and the rule; last what settings change for handlers.
        """
        here = tuple(self)
        for table in here:
            yield from ((table.layer, rule) for rule in table)
        for handler in self._settings.handlers:
            for before, after in zip(here, self._settings.for_handler(here, handler), strict=True):
                yield from ((handler, rule) for rule in after if rule not in before)

    def changed(self) -> None:
        """Work out anew what follows from the rules."""
        self._made.clear()
        self.alone = InForce(self, (self.application,), "")
        self._plain = not self._of_layers and not self._settings.handlers
        here = tuple(self)
        handlers = ("", *self._settings.handlers)
        told = (table for one in handlers for table in self._settings.for_handler(here, one))
        self.armed = any(table.armed for table in told)

    def _of(self, tables: tuple[Rules, ...], handler: str) -> InForce:
        known = self._made.get((tables, handler))
        if known is None:
            known = InForce(self, self._settings.for_handler(tables, handler), handler)
            # The table of a layer that is made for each call is not worth keeping.
            if min(table.met() for table in tables) > _OFTEN and len(self._made) < _MANY:
                self._made[tables, handler] = known
        return known
