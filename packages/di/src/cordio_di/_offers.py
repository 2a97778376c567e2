"""What a container is given: factories, ready objects, and announcements of them."""

from __future__ import annotations

from collections.abc import Callable

from cordio_di._annotation import EMPTY, split, written
from cordio_di._exceptions import WiringError
from cordio_di._fit import fits
from cordio_di._ground import Ground
from cordio_di._need import Need
from cordio_di._service import Lifetime, Service, announced, factory, ready
from cordio_di._wire import MISSING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar, Unpack, overload

    from cordio_di._options import Options
    from cordio_di._repeating import Repeating

    T = TypeVar("T")

__all__ = ["Offers"]


class Offers(Ground):
    """The room of a container where services come in."""

    if TYPE_CHECKING:

        @overload
        def service(self, target: T, /, **options: Unpack[Options]) -> T: ...

        @overload
        def service(self, target: None = None, /, **options: Unpack[Options]) -> Callable[[T], T]: ...

    def service(
        self,
        target: T | None = None,
        /,
        *,
        name: str | None = None,
        scope: Lifetime = "app",
        start_within: str | float | None = None,
        stop_within: str | float | None = None,
        idle: str | float | None = None,
        retry: Repeating | None = None,
        cool_down: str | float | None = None,
        health_within: str | float | None = None,
        optional: bool = False,
    ) -> T | Callable[[T], T]:
        """Take a class or a factory as a service; as a decorator, bare or with options.

        A class is made with its constructor and entered if it has ``__aenter__``: what that returns is the
        service's object, or the instance if it is None. A generator starts before its one ``yield`` and stops
        after it. Its type is the class, or what the function is said to return.

        Parameters
        ----------
        target : class or callable or None
            What makes the service.
        name : str or None
            Its name; the target's own in snake case unless given.
        scope : str
            ``app``: one for the application; ``event``: one for each event; or a scope of one's own.
        start_within : str or float or None
            The limit for its start, as ``"5s"`` or seconds, for each attempt; unless given, 60 seconds for a
            service of the application, and none for another one.
        stop_within : str or float or None
            The limit for its stop; unless given, 10 seconds, and none for one of a narrower scope.
        idle : str or float or None
            How long nobody uses it before it is stopped, to start again at its next use; None for never. A
            call that has got it uses it until it returns. The time is kept to a quarter.
        retry : Repeating or None
            What repeats its start; without it there is one attempt.
        cool_down : str or float or None
            How long after a failed start those who ask get that failure again, with no other attempt.
        health_within : str or float or None
            The limit for its ``health``, instead of the one that `health` is called with.
        optional : bool
            Whether the application is well without it: `health` tells that to whoever asks.

        Returns
        -------
        class or callable
            The target as it is, or a decorator.
        """

        def take(found: T) -> T:
            make: Callable[..., object] = found  # type: ignore[assignment]  # `factory` refuses what is none
            limits = (start_within, stop_within, idle, retry, cool_down, health_within, optional)
            self._registry.add(factory(make, name, scope, *limits))
            return found

        return take if target is None else take(target)

    def value(self, name: str, value: object, /) -> None:
        """Offer a ready object; one of the same name gives way to it, unless it is in use.

        Parameters
        ----------
        name : str
            The name of the service.
        value : object
            The object; its type is the service's, unless `expect` has announced another.

        Raises
        ------
        WiringError
            If the object is not of the type that was announced, or the one it replaces is in use.

        Examples
        --------
        >>> from cordio_di import Container
        >>> Container().value("greeting", "Hello")
        """
        known = self._registry.services.get(name)
        if known is None or not known.is_ready:
            return self._registry.add(ready(name, value))
        if self._app.is_open and self._app.slot(known).own is not MISSING:
            raise WiringError([f"{known} is in use: offer another object before the start, or use override"])
        if known.promised and fits(known.declared, type(value)) is False:
            raise WiringError([f"{known} cannot be a {type(value).__qualname__}: offer what was announced"])
        self._replace(known, ready(name, value, known.declared if known.promised else EMPTY))

    def expect(self, name: str, type_: type, /) -> None:
        """Announce an object that `value` will offer before its first use.

        Parameters
        ----------
        name : str
            The name of the service.
        type_ : type
            What the object will be; `object` if nothing can be said.

        Raises
        ------
        WiringError
            If a ready object of that name is of another type.

        Examples
        --------
        >>> from cordio_di import Container
        >>> container = Container()
        >>> container.expect("config", dict)
        >>> container.provides("config", dict)
        True
        """
        known = self._registry.services.get(name)
        if known is None or not known.is_ready:
            return self._registry.add(announced(name, type_))
        if fits(type_, known.declared) is False:
            raise WiringError([f"{known} is no {type_.__qualname__}: announce what it is"])

    def provides(self, name: str, annotation: object, /, *, has_default: bool = False) -> bool:
        """Tell whether a service is meant by a parameter; `check` tells whether one fits.

        A parameter that is annotated with a plain value (a number, text, a list, an enumeration, …) is the
        caller's, unless a service of that name is of that very type.

        Parameters
        ----------
        name : str
            The parameter.
        annotation : object
            Its annotation, resolved; ``inspect.Parameter.empty`` for none.
        has_default : bool
            Whether it has a default: then it is the caller's, unless the annotation names a service.

        Returns
        -------
        bool
            Whether it is left to the container.

        Examples
        --------
        >>> from cordio_di import Container
        >>> container = Container()
        >>> container.value("limit", 10)
        >>> container.provides("limit", int), container.provides("limit", str)
        (True, False)
        """
        need = Need(name, split(written(annotation)), required=not has_default)
        return self._registry.find(need) is not None

    def _replace(self, old: Service, new: Service) -> None:
        self._registry.add(new, instead_of_ready=True)
        self._app.replace(old, new)
