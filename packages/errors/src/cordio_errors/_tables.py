"""Chooses among the tables of rules: what is in force where something went wrong, and what it says."""

from __future__ import annotations

from collections.abc import Collection

from cordio_errors._frame import Frame, around
from cordio_errors._in_force import InForce
from cordio_errors._layer import Layer
from cordio_errors._mark import marks
from cordio_errors._overriding import overriding
from cordio_errors._registry import Registry
from cordio_errors._retry import Retry
from cordio_errors._rules import Finding, Rules

__all__ = ["Tables"]


class Tables(Registry):
    """The tables of an application, and the choice among them.

    While no layer has rules of its own, and no handler settings, those of the application are in force
    everywhere, and nothing is looked for.
    """

    __slots__ = ()

    def inside(self, frame: Frame) -> InForce:
        """Return what is in force in a call.

        Parameters
        ----------
        frame : Frame
            The call.

        Returns
        -------
        InForce
            The rules of the layers around it, and of the application.
        """
        if self._is_alone():
            return self.alone
        found: list[Rules] = []
        handler = ""
        for one in around(frame):
            if one.layer.rules is not None and one.layer.rules.owner is self:
                found.append(one.layer.rules)
            if one.layer.kind == "handler" and not handler:
                handler = one.path
        return self._of((*found, self.application), handler)

    def of(self, layer: Layer | None) -> InForce:
        """Return what is in force in a layer by itself.

        Parameters
        ----------
        layer : Layer or None
            The layer, None for no special one.

        Returns
        -------
        InForce
            Its rules, and those of the application.
        """
        if layer is None:
            return self.alone
        own = () if layer.rules is None or layer.rules.owner is not self else (layer.rules,)
        return self._of((*own, self.application), layer.path if layer.kind == "handler" else "")

    def at(self, error: Exception, frame: Frame) -> InForce:
        """Return what is in force for an exception that comes out of a call.

        The rules of a layer that it has left still speak of it: where a layer hands it up, they go along.

        Parameters
        ----------
        error : Exception
            The exception.
        frame : Frame
            The call.

        Returns
        -------
        InForce
            The rules of the layers around the place where it was first met, and of the application.
        """
        if self._plain and overriding.get() is None:
            return self.alone  # as mostly
        if self._is_alone():
            return self.alone
        for kept in marks.rules(error, frame.since):
            if kept.owner is self:
                return kept
        found = self.inside(frame)
        if frame.layer.rules is not None or frame.layer.kind == "handler":
            marks.of(error, frame.since).rules += (found,)
        return found

    def findings(self, error: Exception, frame: Frame, landed: Collection[str] = ()) -> list[Finding]:
        """Choose the rules for an exception, member by member for a group that has no rule itself.

        Parameters
        ----------
        error : Exception
            The exception.
        frame : Frame
            The call that it comes out of.
        landed : collection of str
            The layers that it has gone to.

        Returns
        -------
        list of Finding
            Each exception, or the cause that its rule speaks of, with its rule; those that a rule ignores
            are left out.
        """
        told, rule = self.at(error, frame).spoken(error, landed)
        if rule is not None or not isinstance(error, ExceptionGroup):
            return [] if rule is not None and rule.ignore else [(told, rule)]
        found: list[Finding] = []
        waiting = [*reversed(error.exceptions)]
        while waiting:
            one = waiting.pop()
            told, rule = self.at(one, frame).spoken(one, landed)
            if rule is None and isinstance(one, ExceptionGroup):
                waiting.extend(reversed(one.exceptions))
            elif rule is None or not rule.ignore:
                found.append((told, rule))
        return found

    def retry(self, error: Exception, frame: Frame) -> Retry | None:
        """Choose the scheme to repeat a call by; a group is repeated only if all its members may be.

        Parameters
        ----------
        error : Exception
            How the call failed.
        frame : Frame
            The call.

        Returns
        -------
        Retry or None
            The scheme, of a group that of its first member; None if it is not repeated.
        """
        rule = self.at(error, frame).spoken(error)[1]
        if rule is not None or not isinstance(error, ExceptionGroup):
            return None if rule is None else rule.retry
        schemes = [rule.retry if rule else None for _, rule in self.findings(error, frame)]
        return schemes[0] if schemes and None not in schemes else None

    def _is_alone(self) -> bool:
        override = overriding.get()
        return self._plain and (override is None or not override.handlers)
