"""The rules of an application for what goes wrong, and the layers that apply them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TypeVar, cast, overload

from cordio_errors._breaker import Breaker
from cordio_errors._catalogue import Catalogue, Source
from cordio_errors._decision import Decision
from cordio_errors._destination import Destination
from cordio_errors._enclose import enclose, enclose_now
from cordio_errors._exceptions import LayerError, RuleError
from cordio_errors._flow import Flow, shorten
from cordio_errors._frame import Root, current
from cordio_errors._free import FreeLayer
from cordio_errors._handler import async_handler, bare, sync_handler
from cordio_errors._judge import Judge
from cordio_errors._layer import Layer
from cordio_errors._ledger import Ledger
from cordio_errors._limit import Limit
from cordio_errors._mark import marks
from cordio_errors._near import near
from cordio_errors._origin import Origin
from cordio_errors._outcome import Outcome
from cordio_errors._overrides import Overrides
from cordio_errors._overriding import overriding
from cordio_errors._pause import sleeping
from cordio_errors._recorder import Recorder
from cordio_errors._retry import Retry
from cordio_errors._rule import Reply, Rule
from cordio_errors._rules import Rules
from cordio_errors._service import async_service, sync_service
from cordio_errors._settings import ErrorsSettings
from cordio_errors._signal import Break
from cordio_errors._target import is_async, name_of, refuse, watched
from cordio_errors._whole import layered
from cordio_errors._wrapped import wrapped

__all__ = ["Errors"]

E = TypeVar("E", bound=Exception)
F = TypeVar("F", bound=Callable[..., object])
T = TypeVar("T")


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
        self._flow, self._top = Flow(self._rules, self._judge), Layer("handler", "")
        self._names: set[str] = set()

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
        origin = Origin.caller(1)
        self._rules.add(
            Rule(
                types,
                answer,
                places,
                retry,
                ignore,
                narrowed,
                origin,
                breaker,
                limit,
                goto,
                stop,
                halt,
                through_causes,
            )
        )

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
        >>> errors = Errors()
        >>> errors.catalogue({"sold_out": {"http": {"status": 409, "titel": "Sold out"}}})
        Traceback (most recent call last):
        cordio_errors._exceptions.CatalogueError: the catalogue has 1 mistake:
          - sold_out.http.titel: there is no such key: did you mean 'title'?
        """
        self._catalogue.add(entries)

    def configure(self, settings: ErrorsSettings | Mapping[str, object], /) -> None:
        """Let settings change rules and texts, now and again while running; what they do not name stays.

        Calls that are running keep what they have chosen. Settings take the place of earlier ones.

        Parameters
        ----------
        settings : ErrorsSettings or mapping
            The section ``errors``, as a model or as plain data of the same shape.

        Raises
        ------
        SettingsError
            If a name is wrong, or a value cannot be used, with all the mistakes; then nothing changes.
        RuleError
            If a rule would say nothing any more.

        Examples
        --------
        >>> errors = Errors()
        >>> errors.configure({"rules": {"LookupError": {"anser": "not_found"}}})
        Traceback (most recent call last):
        cordio_errors._settings.SettingsError: the settings have 1 mistake:
          - errors.rules.LookupError.anser: there is no such key: did you mean 'answer'?
        """
        overrides = self._overrides(settings)
        self._rules.override(overrides)
        self._catalogue.override(overrides)

    @contextmanager
    def override(self, settings: ErrorsSettings | Mapping[str, object], /) -> Iterator[None]:
        """Let settings change rules and texts in this context, and in the tasks that are started in it.

        Limits on a first attempt (``within``, ``limit``) and breakers stay as they are outside.

        Parameters
        ----------
        settings : ErrorsSettings or mapping
            As for `configure`.

        Yields
        ------
        None
            At once.

        Raises
        ------
        SettingsError
            If a name is wrong, or a value cannot be used.

        Examples
        --------
        >>> import asyncio
        >>> errors = Errors()
        >>> async def find() -> None:
        ...     raise KeyError
        >>> with errors.override({"rules": {"KeyError": {"answer": "not_found"}}}):
        ...     asyncio.run(errors.run(find)).answer.status
        404
        """
        token = overriding.set(self._overrides(settings))
        try:
            yield
        finally:
            overriding.reset(token)

    def _overrides(self, settings: ErrorsSettings | Mapping[str, object]) -> Overrides:
        # The reader is wanted only by those that have settings.
        from cordio_errors._configuring import overrides_of

        overrides = overrides_of(settings, self._rules.declared, self._catalogue.declared)
        overrides.rules(self._rules.declared)
        return overrides

    def documentation(self) -> str:
        """Write the catalogue as a table in reStructuredText, for documentation.

        Returns
        -------
        str
            Code, status, title, detail, what becomes of a message, and the text for logs.

        Examples
        --------
        >>> "``not_found``" in Errors().documentation()
        True
        """
        # Wanted only where documentation is written.
        from cordio_errors._documentation import table

        return table(self._catalogue)

    def check(self) -> None:
        """Check what can be checked only when all is declared: that codes and layers of the rules exist.

        Raises
        ------
        CatalogueError
            If a rule answers with a code that is in no catalogue, with all such rules. An exception that
            falls under such a rule is answered ``internal``, with a note in its traceback.
        RuleError
            If a rule goes to a layer that nothing declares.

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
        for rule in self._rules:
            if rule.goto is not None and rule.goto not in self._names:
                raise RuleError(str(rule.origin), f"goes to {rule.goto!r}", self._unknown(rule.goto))
        replies = ((rule.origin, rule.reply) for rule in self._rules)
        self._catalogue.check((f"the rule at {origin}", reply.code) for origin, reply in replies if reply)

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
            The handler, for the words.

        Returns
        -------
        str
            The rules that speak of it: the one that acts first, those passed over after it.

        Examples
        --------
        >>> from cordio_errors import answer
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

        return explanation(self._rules, kind, name_of(handler) if handler else None)

    def table(self) -> str:
        """Write the rules in force as a table, for the log of the start.

        Returns
        -------
        str
            A line for each rule: the types, what it does, where it was declared.

        Examples
        --------
        >>> errors = Errors()
        >>> errors.on(KeyError, goto="checkout")
        >>> print(errors.table())
        KeyError  goto checkout  ...
        """
        from cordio_errors._explanation import summary

        return summary(self._rules)

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
            ``ended`` tells that a rule ended the flow, or that the application is to stop.

        Raises
        ------
        BaseExceptionGroup
            If control flow stands in a group; it passes as it does alone.
        """
        function, frame = bare(self._flow, handler), Root()
        frame.layer, frame.outer, frame.since = self._top, current.get(), marks.latest
        frame.handler = handler
        token = current.set(frame)
        try:
            return Outcome(await function(*args, **kwargs))
        except Exception as error:
            shorten(error)
            return self._flow.outcome(error, frame)
        except (Break, BaseExceptionGroup) as caught:
            outcome = self._flow.arrived(caught, frame)
            if outcome is None:
                raise
            return outcome
        finally:
            frame.closed = True
            current.reset(token)

    @overload
    def handler(self, function: F, /) -> F: ...

    @overload
    def handler(self, *, idempotent: bool = False) -> Callable[[F], F]: ...

    def handler(  # type: ignore[misc]  # mypy does not bind F in what signature 2 returns
        self, function: Callable[..., object] | None = None, /, *, idempotent: bool = False
    ) -> object:
        """Put a handler layer around a function or a method.

        By `run` it comes to an outcome. Called plainly it commits what goes wrong and then raises the
        exception as it was, for an answer is no value; an exception that a rule ignores gives None.

        Parameters
        ----------
        function : callable
            The function, async or not; or a class, for all its public methods.
        idempotent : bool
            Whether it may be run again: then retry rules, limits and breakers act on it as on a service,
            also for what it raises itself. Otherwise it answers at once.

        Returns
        -------
        callable
            The function in its layer; without a function, a decorator.

        Raises
        ------
        LayerError
            If it cannot have a layer: a generator, a wrapped method.

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
        each = partial(self._handler, idempotent=idempotent)
        return each if function is None else each(function)

    def _handler(self, function: F, /, *, idempotent: bool) -> F:
        if isinstance(function, type):
            return cast(F, layered(function, partial(self._handler, idempotent=idempotent)))
        refuse("handler", function)
        self._names.add(name_of(function))
        inner: Callable[..., object] = self.service(function) if idempotent else function
        if is_async(inner):
            return cast(F, async_handler(self._flow, inner))
        return cast(F, sync_handler(self._flow, inner))

    @overload
    def service(self, function: T, /) -> T: ...

    @overload
    def service(
        self, *, passes: bool = True, default: object = None, idempotent: bool = True
    ) -> Callable[[T], T]: ...

    def service(  # type: ignore[misc]  # mypy does not bind T in what signature 2 returns
        self,
        function: object = None,
        /,
        *,
        passes: bool = True,
        default: object = None,
        idempotent: bool = True,
    ) -> object:
        """Put a service layer around a function or a method.

        It repeats the call by the rule for its exception, if that has ``retry``, and hands up what
        remains: the original exception, with the earlier attempts as notes. While any rule has a limit
        on the whole (``within``), every call in a service layer is cut at the longest of them; from the
        first failure on, the limit is that of its rule.

        Parameters
        ----------
        function : callable or object
            The function, async or not; or a class, for all its public methods. One that is not async waits
            in its thread: call it through `asyncio.to_thread`. Or an object of somebody else's: what is
            returned passes for it, with a layer around each public method that is no generator, when it
            is called from outside; the object itself does not change. An object that can be called is
            taken for a function.
        passes : bool
            Whether it hands up what it does not repeat, unless no layer is around it; breaks (``goto``,
            ``stop``, ``halt``) begin here either way. Else it judges alone: an ignored exception gives the
            `default`, and every other ends the whole event with its answer.
        default : object
            What an ignored exception gives.
        idempotent : bool
            Whether the call may be repeated.

        Returns
        -------
        callable
            The function in its layer, or the object; without either the decorator.

        Raises
        ------
        LayerError
            If it cannot have a layer: a generator, a wrapped method, a plain value.

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
        if function is None:
            return partial(self._service, passes=passes, default=default, idempotent=idempotent)
        return self._service(function, passes=passes, default=default, idempotent=idempotent)

    def layer(self, name: str, /, *, landing: Callable[..., object] | None = None) -> FreeLayer:
        """Name a place among nested calls that a break can go to.

        The layer goes around a function as a decorator, or around a block by ``async with`` or ``with``.
        An exception with a rule ``goto=name`` unwinds to the nearest such layer around, and runs every
        ``finally`` on the way; no ``except Exception`` stops it. An exception that a rule ignores ends
        here: the layer gives None. Every other passes.

        Parameters
        ----------
        name : str
            The name of the place.
        landing : callable or None
            What a jump to it calls, with the exception and the arguments of the layer's function; what it
            returns is the value of the layer. Without it the layer judges the exception by the other rules.

        Returns
        -------
        FreeLayer
            The layer: a decorator, and a context manager.

        Raises
        ------
        LayerError
            If the name is empty, or the landing cannot be called.

        Examples
        --------
        >>> errors = Errors()
        >>> errors.on(PermissionError, goto="checkout")
        >>> @errors.layer("checkout", landing=lambda error, order: f"{order} on account")
        ... def checkout(order: str) -> str:
        ...     raise PermissionError("card refused")
        >>> checkout("A-1")
        'A-1 on account'
        """
        if not isinstance(name, str) or not name.strip():
            raise LayerError("layer", repr(name), "has no name: write errors.layer('checkout')")
        if landing is not None and not callable(landing):
            raise LayerError("layer", repr(name), f"has the landing {landing!r}, which cannot be called")
        self._names.add(name)
        return FreeLayer(self._flow, Layer("free", name, landing=landing), self._rules)

    def _service(self, function: T, /, *, passes: bool, default: object, idempotent: bool) -> T:
        each = partial(self._service, passes=passes, default=default, idempotent=idempotent)
        if isinstance(function, type):
            return cast(T, layered(function, each))
        if not callable(function):
            return wrapped(function, each)
        refuse("service", function)
        name = name_of(function)
        layer = Layer("service", name, passes=passes, default=default)
        self._names.add(name)
        if is_async(function):
            if idempotent:
                return cast(T, async_service(self._flow, layer, self._rules, function))
            return cast(T, enclose(self._flow, layer, function))
        again = sync_service(self._rules, function) if idempotent else watched("service", function)
        return cast(T, enclose_now(self._flow, layer, again))

    def _unknown(self, name: str) -> str:
        return f"no layer has that name: {near(name, self._names)}" if self._names else "there is no layer"
