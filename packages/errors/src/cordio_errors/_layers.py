"""The decorators that put layers around functions, methods, classes, objects and blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar, overload

from cordio_errors._building import Building
from cordio_errors._exceptions import LayerError
from cordio_errors._free import FreeLayer
from cordio_errors._layer import Layer
from cordio_errors._rule import Rule

__all__ = ["Layers"]

F = TypeVar("F", bound=Callable[..., object])
T = TypeVar("T")


class Layers(Building):
    """The room where layers are declared."""

    @overload
    def handler(self, function: F, /) -> F: ...

    @overload
    def handler(self, *, idempotent: bool = False, rules: Iterable[Rule] = ()) -> Callable[[F], F]: ...

    def handler(  # type: ignore[misc]  # mypy does not bind F in what signature 2 returns
        self,
        function: Callable[..., object] | None = None,
        /,
        *,
        idempotent: bool = False,
        rules: Iterable[Rule] = (),
    ) -> object:
        """Put a handler layer around a function or a method.

        By `run` it comes to an outcome. Called plainly it commits what goes wrong and then raises the
        exception as it was, for an answer is no value; an exception that a rule ignores gives None.

        Parameters
        ----------
        function : callable
            The function, async or not; or a class, for all its public methods. One that is an async generator
            gives a stream: what goes wrong once it has begun is committed and raised, not answered.
        idempotent : bool
            Whether it may be run again: then retry rules, limits and breakers act on it as on a service,
            also for what it raises itself. Otherwise it answers at once.
        rules : iterable of Rule
            Rules of its own, by `rule`; for a class, of all its methods. One with a retry is refused where the
            handler is not idempotent.

        Returns
        -------
        callable
            The function in its layer; without a function, a decorator.

        Raises
        ------
        LayerError
            If it cannot have a layer: a generator that is not async, or marked idempotent; a wrapped method.

        Examples
        --------
        >>> from cordio_errors import Errors
        >>> errors = Errors()
        >>> errors.on(KeyError, ignore=True)
        >>> @errors.handler
        ... def find() -> str:
        ...     raise KeyError("A-1")
        >>> find() is None
        True
        """
        each = partial(self._handled, idempotent=idempotent, rules=self._listed("handler", rules))
        return each if function is None else each(function)

    @overload
    def service(self, function: T, /) -> T: ...

    @overload
    def service(
        self,
        *,
        passes: bool = True,
        default: object = None,
        idempotent: bool = True,
        rules: Iterable[Rule] = (),
    ) -> Callable[[T], T]: ...

    def service(  # type: ignore[misc]  # mypy does not bind T in what signature 2 returns
        self,
        function: object = None,
        /,
        *,
        passes: bool = True,
        default: object = None,
        idempotent: bool = True,
        rules: Iterable[Rule] = (),
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
            returned passes for it, with a layer around each public method that is no generator, and around
            itself if it can be called, for calls from outside; the object itself does not change.
        passes : bool
            Whether it hands up what it does not repeat, unless no layer is around it; breaks (``goto``,
            ``stop``, ``halt``) begin here either way. Else it judges alone: an ignored exception gives the
            `default`, and every other ends the whole event with its answer.
        default : object
            What an ignored exception gives.
        idempotent : bool
            Whether the call may be repeated.
        rules : iterable of Rule
            Rules of its own, by `rule`; they go along with what it hands up.

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
        >>> from cordio_errors import Errors, Retry
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
        sketch = Layer("service", "", passes=passes, default=default)
        each = partial(
            self._served, sketch=sketch, idempotent=idempotent, rules=self._listed("service", rules)
        )
        return each if function is None else each(function)

    def layer(
        self,
        name: str,
        /,
        *,
        landing: Callable[..., object] | None = None,
        rules: Iterable[Rule] = (),
    ) -> FreeLayer:
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
        rules : iterable of Rule
            Rules of its own, by `rule`. With a retry among them it is no block under ``with``: see
            `FreeLayer.attempts`.

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
        >>> from cordio_errors import Errors
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
        table = self._tables.of_layer(repr(name), self._listed("layer", rules, repr(name)))
        return FreeLayer(self._flow, Layer("free", name, landing=landing, rules=table), self._tables)
