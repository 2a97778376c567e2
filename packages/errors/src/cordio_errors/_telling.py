"""What people are told of the rules: mistakes, reasons, tables, and what was decided in a test."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from cordio_errors._answer import Answer
from cordio_errors._catalogue import INTERNAL, Entry
from cordio_errors._decision import Decision
from cordio_errors._ground import Ground
from cordio_errors._layer import LAYER
from cordio_errors._near import near
from cordio_errors._pause import sleeping
from cordio_errors._rule import Rule
from cordio_errors._rules_error import RulesError
from cordio_errors._target import name_of

__all__ = ["Telling"]

_NOBODY = "00000000-0000-0000-0000-000000000000"  # RFC 9562, section 5.9


class Telling(Ground):
    """The room where the rules are checked, explained and watched."""

    def documentation(self) -> str:
        """Write the catalogue as a table in reStructuredText, for documentation.

        Returns
        -------
        str
            Code, status, title, detail, what becomes of a message, and the text for logs.

        Examples
        --------
        >>> from cordio_errors import Errors
        >>> "``not_found``" in Errors().documentation()
        True
        """
        # Wanted only where documentation is written.
        from cordio_errors._documentation import table

        return table(self._catalogue)

    def answers(self, *, rules: Iterable[Rule] = ()) -> dict[str, Answer]:
        """Return what the rules may answer, for a document that tells of it.

        Parameters
        ----------
        rules : iterable of Rule
            The rules of one handler alone; those of the application count in any case.

        Returns
        -------
        dict of str to Answer
            An example for each code, with the fields of its texts in braces; ``internal`` is among them.

        Examples
        --------
        >>> from cordio_errors import Errors, answer
        >>> errors = Errors()
        >>> errors.on(LookupError, answer=answer("not_found"))
        >>> list(errors.answers())
        ['not_found', 'internal']
        """
        mine = [rule for layer, rule in self._tables.in_force() if not layer]
        codes = [rule.reply.code for rule in (*mine, *rules) if rule.reply is not None]
        found = filter(None, map(self._catalogue.find, dict.fromkeys([*codes, INTERNAL])))
        return {entry.code: _example(entry) for entry in found}

    def check(self) -> None:
        """Check what can be checked only when all is declared: that codes and layers of the rules exist.

        Raises
        ------
        RulesError
            With all the mistakes: a rule answers with a code that is in no catalogue (an exception that falls
            under it is answered ``internal``, with a note in its traceback), or goes to a layer that nothing
            declares.

        Examples
        --------
        >>> from cordio_errors import Errors, answer
        >>> errors = Errors()
        >>> errors.on(KeyError, answer=answer("not_fond"))
        >>> errors.check()
        Traceback (most recent call last):
        cordio_errors._rules_error.RulesError: the rules have 1 mistake:
          - the rule at ...: the code 'not_fond' is in no catalogue: did you mean 'not_found'?
        """
        problems = []
        for rule in dict.fromkeys(rule for _, rule in self._tables.in_force()):
            if rule.goto is not None and rule.goto not in self._names:
                problems.append(f"the rule at {rule.origin} goes to {rule.goto!r}: {self._unknown(rule.goto)}")
            if rule.reply is not None and self._catalogue.find(rule.reply.code) is None:
                problems.append(f"the rule at {rule.origin}: {self._catalogue.missing(rule.reply.code)}")
        if problems:
            raise RulesError(tuple(problems))

    @contextmanager
    def testing(self) -> Iterator[list[Decision]]:
        """Make the waits between attempts instant, and collect what layers decide.

        The waits are instant in the context of the block and in the tasks that it starts.

        Yields
        ------
        list[Decision]
            What was decided, as it comes.

        Examples
        --------
        >>> from cordio_errors import Errors, Retry
        >>> errors = Errors()
        >>> errors.on(OSError, retry=Retry(attempts=3, wait="1h"), ignore=False)
        >>> @errors.service
        ... def connect() -> None:
        ...     raise OSError("refused")
        >>> with errors.testing() as seen:
        ...     connect()
        Traceback (most recent call last):
        OSError: refused
        ...
        >>> [(decision.layer, decision.reaction) for decision in seen]
        [('connect', 'answer')]
        """
        before, self._flow.decisions = self._flow.decisions, []
        try:
            with sleeping():
                yield self._flow.decisions
        finally:
            self._flow.decisions = before

    def explain(self, kind: type[Exception], handler: Callable[..., object] | None = None, /) -> str:
        """Say which rule would act for an exception type, and why.

        Parameters
        ----------
        kind : type of Exception
            The type.
        handler : callable or None
            The handler, or a service: the rules of its layer count first.

        Returns
        -------
        str
            The rules that speak of it: the one that acts first, those passed over after it.

        Raises
        ------
        TypeError
            If it is no exception type.

        Examples
        --------
        >>> from cordio_errors import Errors, answer
        >>> errors = Errors()
        >>> errors.on(LookupError, answer=answer("not_found"))
        >>> errors.on(Exception, ignore=True)
        >>> print(errors.explain(KeyError))
        KeyError:
          acts: answer not_found, for LookupError, at ...
          passed over: ignore, at ...
        """
        # Wanted only by people.
        from cordio_errors._explanation import explanation

        if not isinstance(kind, type) or not issubclass(kind, BaseException):
            raise TypeError(f"explain({kind!r}): write an exception type, as in explain(KeyError)")
        layer = getattr(handler, LAYER, None) if handler else None
        return explanation(self._tables.of(layer), kind, name_of(handler) if handler else None)

    def table(self) -> str:
        """Write the rules in force as a table, for the log of the start.

        Returns
        -------
        str
            A line for each rule: the types, what it does, where it was declared.

        Examples
        --------
        >>> from cordio_errors import Errors
        >>> errors = Errors()
        >>> errors.on(KeyError, goto="checkout")
        >>> print(errors.table())
        KeyError  goto checkout  ...
        """
        from cordio_errors._explanation import summary

        return summary(self._tables.in_force())

    def _unknown(self, name: str) -> str:
        return f"no layer has that name: {near(name, self._names)}" if self._names else "there is no layer"


def _example(entry: Entry) -> Answer:
    return Answer(entry.code, _NOBODY, entry, {name: f"{{{name}}}" for name in entry.names})
