"""The rules and the texts, as code declares them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from cordio_errors._breaker import Breaker
from cordio_errors._catalogue import Source
from cordio_errors._destination import Destination
from cordio_errors._ground import Ground
from cordio_errors._limit import Limit
from cordio_errors._origin import Origin
from cordio_errors._reply import Reply
from cordio_errors._retry import Retry
from cordio_errors._writing import written

__all__ = ["Declarations"]

E = TypeVar("E", bound=Exception)


class Declarations(Ground):
    """The room where rules and texts are declared."""

    def on(
        self,
        *types: type[E],
        answer: Reply | None = None,
        commit: Iterable[Destination] | Destination = (),
        retry: Retry | None = None,
        breaker: Breaker | None = None,
        limit: Limit | None = None,
        goto: str | None = None,
        stop: bool = False,
        halt: bool = False,
        ignore: bool = False,
        when: Callable[[E], object] | None = None,
        through_causes: bool = False,
    ) -> None:
        """Declare a rule; it is in force at once, for layers declared before and after.

        Of the rules that an exception falls under, the one for its most specific type by MRO acts; for
        one type, one whose ``when`` holds before one without, and among equals the last declared.

        Parameters
        ----------
        *types : type of Exception
            The exception types; subclasses are meant too.
        answer : Reply or None
            What is answered, by `answer`. A rule without it answers ``internal``.
        commit : iterable of Destination or Destination
            Where the fact is recorded, by `to`.
        retry : Retry or None
            How service layers repeat the call; a handler answers at once, unless it is marked idempotent.
        breaker : Breaker or None
            When service layers stop calling for a while, since these exceptions come too often.
        limit : Limit or None
            How long an attempt of a service layer may take; for rules that include TimeoutError.
        goto : str or None
            The layer where the flow goes on: the nearest of that name around. See `layer`.
        stop : bool
            Whether the flow of the event ends here: nothing more of it runs but what cleans up.
        halt : bool
            Whether the application is to stop in order; the flow ends, and the outcome says so.
        ignore : bool
            Whether the nearest layer that judges yields None, and nothing is recorded.
        when : callable or None
            Narrows the rule to the exceptions for which it is true.
        through_causes : bool
            Whether the rule speaks also of an exception raised ``from`` one of these types, if only a rule
            for Exception at large speaks of that exception itself.

        Raises
        ------
        ControlFlowError
            If a type is BaseException, CancelledError, KeyboardInterrupt, SystemExit or GeneratorExit.
        RuleError
            If the rule contradicts itself, says nothing, or has no exception types.

        Examples
        --------
        >>> from cordio_errors import Errors, answer, to
        >>> errors = Errors()
        >>> errors.on(KeyError, answer=answer("not_found"), commit=[to.log("info")])
        >>> errors.on(KeyboardInterrupt, ignore=True)
        Traceback (most recent call last):
        cordio_errors._exceptions.ControlFlowError: the rule at ... is for KeyboardInterrupt, ...
        """
        place = Origin.caller(1)
        made = written(
            place, types, answer, commit, retry, breaker, limit, goto, stop, halt, ignore, when, through_causes
        )
        self._tables.application.add(made)

    def catalogue(self, entries: Mapping[str, Mapping[str, object]] | Source, /) -> None:
        """Say what is told for codes: to HTTP, to messages, to internal callers, and in logs.

        A code that is known already keeps what is not said anew. Built in are ``internal`` (500),
        ``unavailable`` (503), ``invalid`` (422) and ``not_found`` (404).

        Parameters
        ----------
        entries : mapping or Source
            Code -> destination -> what is said there, or what reads that from a file. ``http`` is a mapping
            with ``status`` (100 to 599) and, by choice, ``title``, ``detail``, ``headers``, ``type`` (a URI)
            and ``fields`` (whether the wrong fields of a validation error are listed); ``amqp`` has an
            ``action`` (``ack``, ``reject``, or ``requeue`` with a ``limit`` and, by choice, a ``delay``), a
            ``title`` and a ``detail``; ``internal`` a ``title`` and a ``detail``; ``log`` is a text. A title
            and a detail may be mappings of languages to texts, the default first. Details, headers and logs
            show ``{fields}`` of the exception, ``?`` for those that it lacks.

        Raises
        ------
        CatalogueError
            If anything is wrong in it, with all the mistakes; then nothing of it is taken.

        Examples
        --------
        >>> from cordio_errors import Errors
        >>> errors = Errors()
        >>> errors.catalogue({"sold_out": {"http": {"status": 409, "titel": "Sold out"}}})
        Traceback (most recent call last):
        cordio_errors._exceptions.CatalogueError: the catalogue has 1 mistake:
          - sold_out.http.titel: there is no such key: did you mean 'title'?
        """
        self._catalogue.add(entries)
