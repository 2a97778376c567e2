"""The rules of an application for what goes wrong, and the layers that apply them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TypeVar, cast

from cordio_errors._answer import Outcome
from cordio_errors._catalogue import Catalogue
from cordio_errors._destination import Destination
from cordio_errors._handler import async_handler, bare, sync_handler
from cordio_errors._judge import Judge
from cordio_errors._ledger import Ledger
from cordio_errors._mark import marks
from cordio_errors._origin import Origin
from cordio_errors._recorder import Recorder
from cordio_errors._retry import Retry
from cordio_errors._rule import Reply, Rule
from cordio_errors._rules import Rules
from cordio_errors._service import async_service, sync_service
from cordio_errors._target import is_async, name_of, refuse

__all__ = ["Errors"]

E = TypeVar("E", bound=Exception)
F = TypeVar("F", bound=Callable[..., object])


class Errors:
    """Rules, the catalogue of what is said, and the layers.

    Parameters
    ----------
    recorder : Recorder or None
        Who takes what rules commit; None records through the logger ``cordio.errors``.
    trace_id : callable or None
        Gives the id of the running event's trace, or None; answers and records then carry it.

    Attributes
    ----------
    trace_id : callable or None
        As given; it can be set later.

    Examples
    --------
    >>> import asyncio
    >>> from cordio_errors import answer
    >>> errors = Errors()
    >>> errors.on(LookupError, answer=answer("not_found"))
    >>> async def find(number: int) -> str:
    ...     return ["first"][number]
    >>> asyncio.run(errors.run(find, 0))
    Outcome(value='first', answer=None)
    >>> asyncio.run(errors.run(find, 1)).answer.status
    404
    """

    def __init__(
        self, *, recorder: Recorder | None = None, trace_id: Callable[[], str | None] | None = None
    ) -> None:
        self._rules, self._catalogue, self._ledger = Rules(), Catalogue(), Ledger(recorder)
        self._judge = Judge(self._rules, self._catalogue, self._ledger, trace_id)

    @property
    def recorder(self) -> Recorder:
        """Who takes what rules commit."""
        return self._ledger.recorder

    @recorder.setter
    def recorder(self, recorder: Recorder) -> None:
        self._ledger.recorder = recorder

    @property
    def failed_records(self) -> int:
        """How many facts the recorder failed to take."""
        return self._ledger.failed

    @property
    def trace_id(self) -> Callable[[], str | None] | None:
        """Who gives the id of the running event's trace."""
        return self._judge.trace_id

    @trace_id.setter
    def trace_id(self, trace_id: Callable[[], str | None] | None) -> None:
        self._judge.trace_id = trace_id

    def on(
        self,
        *types: type[E],
        answer: Reply | None = None,
        commit: Iterable[Destination] | Destination = (),
        retry: Retry | None = None,
        ignore: bool = False,
        when: Callable[[E], object] | None = None,
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
            How service layers repeat the call; a handler layer answers at once.
        ignore : bool
            Whether the handler layer yields None, and nothing is recorded.
        when : callable or None
            Narrows the rule to the exceptions for which it is true.

        Raises
        ------
        ControlFlowError
            If a type is BaseException, CancelledError, KeyboardInterrupt, SystemExit or GeneratorExit.
        RuleError
            If the rule contradicts itself, says nothing, or has no exception types.

        Examples
        --------
        >>> from cordio_errors import answer, to
        >>> errors = Errors()
        >>> errors.on(KeyError, answer=answer("not_found"), commit=[to.log("info")])
        >>> errors.on(KeyboardInterrupt, ignore=True)
        Traceback (most recent call last):
        cordio_errors._exceptions.ControlFlowError: the rule at ... is for KeyboardInterrupt, ...
        """
        places = (commit,) if isinstance(commit, Destination) else tuple(commit)
        # The table asks a predicate only about exceptions of the rule's own types.
        narrowed = cast("Callable[[Exception], object] | None", when)
        self._rules.add(Rule(types, answer, places, retry, ignore, narrowed, Origin.caller(1)))

    def catalogue(self, entries: Mapping[str, Mapping[str, object]], /) -> None:
        """Say what is told for codes: to HTTP, and in logs.

        A code that is known already keeps what is not said anew. Built in are ``internal`` (500),
        ``unavailable`` (503), ``invalid`` (422) and ``not_found`` (404).

        Parameters
        ----------
        entries : mapping
            Code -> destination -> what is said there. ``http`` is a mapping with ``status`` (100 to 599)
            and, by choice, ``title``, ``detail`` and ``headers``; ``log`` is a text. Details, headers and
            logs show ``{fields}`` of the exception, ``?`` for those that it lacks.

        Raises
        ------
        CatalogueError
            If anything is wrong in it, with all the mistakes; then nothing of it is taken.

        Examples
        --------
        >>> errors = Errors()
        >>> errors.catalogue({"sold_out": {"http": {"status": 409, "titel": "Sold out"}}})
        Traceback (most recent call last):
        cordio_errors._exceptions.CatalogueError: the catalogue has 1 mistake:
          - sold_out.http.titel: there is no such key: did you mean 'title'?
        """
        self._catalogue.add(entries)

    def check(self) -> None:
        """Check what can be checked only when all is declared: that the codes of the rules exist.

        Raises
        ------
        CatalogueError
            If a rule answers with a code that is in no catalogue, with all such rules. An exception that
            falls under such a rule is answered ``internal``, with a note in its traceback.

        Examples
        --------
        >>> from cordio_errors import answer
        >>> errors = Errors()
        >>> errors.on(KeyError, answer=answer("not_fond"))
        >>> errors.check()
        Traceback (most recent call last):
        cordio_errors._exceptions.CatalogueError: the catalogue has 1 mistake:
          - the rule at ...: the code 'not_fond' is in no catalogue: did you mean 'not_found'?
        """
        replies = ((rule.origin, rule.reply) for rule in self._rules)
        self._catalogue.check((f"the rule at {origin}", reply.code) for origin, reply in replies if reply)

    async def run(
        self, handler: Callable[..., Awaitable[object]], /, *args: object, **kwargs: object
    ) -> Outcome:
        """Call a handler in a handler layer; no exception comes out of it.

        An exception with a rule gives its answer. One without gives 500 ``internal`` without any of its
        text (503 ``unavailable`` for `DeadlineExceeded`), and goes to the log of exceptions. Control flow
        (CancelledError, KeyboardInterrupt, SystemExit, GeneratorExit) passes.

        Parameters
        ----------
        handler : callable
            The handler; one under `handler` gets no second layer.
        *args : object
            What it is called with.
        **kwargs : object
            What it is called with, by name.

        Returns
        -------
        Outcome
            The value, or the answer to what went wrong; neither for an exception that a rule ignores.
        """
        function = bare(self._judge, handler)
        since = marks.latest
        try:
            return Outcome(await function(*args, **kwargs))
        except Exception as error:
            return Outcome(None, self._judge.settle(error, name_of(handler), since))

    def handler(self, function: F, /) -> F:
        """Put a handler layer around a function or a method.

        By `run` it comes to an outcome. Called plainly it commits what goes wrong and then raises the
        exception as it was, for an answer is no value; an exception that a rule ignores gives None.

        Parameters
        ----------
        function : callable
            The function, async or not.

        Returns
        -------
        callable
            The function in its layer.

        Raises
        ------
        LayerError
            If it cannot have a layer: a generator, a class, a wrapped method.

        Examples
        --------
        >>> errors = Errors()
        >>> errors.on(KeyError, ignore=True)
        >>> @errors.handler
        ... def find() -> str:
        ...     raise KeyError("A-1")
        >>> find() is None
        True
        """
        refuse("handler", function)
        if is_async(function):
            return cast(F, async_handler(self._judge, function))
        return cast(F, sync_handler(self._judge, function))

    def service(self, function: F, /) -> F:
        """Put a service layer around a function or a method.

        It repeats the call by the rule for its exception, if that has ``retry``, and hands up what
        remains: the original exception, with the earlier attempts as notes. While any rule has a limit
        on the whole (``within``), every call in a service layer is cut at the longest of them; from the
        first failure on, the limit is that of its rule.

        Parameters
        ----------
        function : callable
            The function, async or not. One that is not async waits in its thread: call it through
            `asyncio.to_thread`.

        Returns
        -------
        callable
            The function in its layer.

        Raises
        ------
        LayerError
            If it cannot have a layer: a generator, a class, a wrapped method.

        Examples
        --------
        >>> errors = Errors()
        >>> errors.on(ConnectionError, retry=Retry(attempts=3, wait="1ms..5ms"))
        >>> line = [ConnectionError("refused"), "connected"]
        >>> @errors.service
        ... def connect() -> str:
        ...     match line.pop(0):
        ...         case str(word):
        ...             return word
        ...         case error:
        ...             raise error
        >>> connect()
        'connected'
        """
        refuse("service", function)
        if is_async(function):
            return cast(F, async_service(self._rules, function))
        return cast(F, sync_service(self._rules, function))
