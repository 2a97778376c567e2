"""How services and their settings are declared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar, overload

from cordio_core._cover import cover
from cordio_core._exceptions import CoreError
from cordio_core._ground import Ground
from cordio_core._handed import listed, refuse_type

__all__ = ["Services"]

H = TypeVar("H", bound=Callable[..., object])
S = TypeVar("S", bound=Callable[..., object])
T = TypeVar("T")


class Services(Ground):
    """The room of an application where services are declared."""

    @overload
    def service(self, target: S, /) -> S: ...

    @overload
    def service(
        self, target: None = None, /, *, name: str | None = None, errors: Sequence[object] = ()
    ) -> Callable[[S], S]: ...

    def service(
        self, target: S | None = None, /, *, name: str | None = None, errors: Sequence[object] = ()
    ) -> S | Callable[[S], S]:
        """Take a class or a factory as a service.

        The public methods of a class become service layers: they repeat by rule, and hand up to the handler
        what remains. What a factory makes gets them by `layered`.

        Parameters
        ----------
        target : class or callable or None
            What makes the service.
        name : str or None
            Its conventional name; the target's own in snake case unless given.
        errors : sequence of object
            Error rules of this service alone, as ``cordio_errors.rule`` makes them.

        Returns
        -------
        class or callable
            The target as it is, or a decorator.

        Raises
        ------
        CoreError
            If the application is already assembled, or an argument is nothing of its kind.
        """
        self._open_for("a service")
        refuse_type("name", name, str, "write name='pool'")
        if name is not None and not name.isidentifier():
            raise CoreError(f"name={name!r} is no name of a parameter: write name='pool'")
        listed("errors", errors)
        if target is not None:
            return self.container.service(self._whole(target, errors), name=name)
        return lambda found: self.container.service(self._whole(found, errors), name=name)

    def layered(self, target: T, /, *, errors: Sequence[object] = ()) -> T:
        """Put a service layer around a function, or around the public methods of an object.

        Parameters
        ----------
        target : callable or object
            A free function, or what a factory made; not a class.
        errors : sequence of object
            Error rules of this layer alone, as ``cordio_errors.rule`` makes them.

        Returns
        -------
        callable or object
            What passes for the target.

        Raises
        ------
        CoreError
            If it is a class, or plain data.

        Examples
        --------
        >>> from cordio_core import App
        >>> app = App("orders")
        >>> @app.layered
        ... async def weigh(sku: str) -> float: ...
        """
        listed("errors", errors)
        is_layered = callable(target) or type(target).__module__ != "builtins"
        if isinstance(target, type) or not is_layered:
            raise CoreError(
                f"{target!r} takes no layer: give a function or an object, or a class to app.service"
            )
        return self.errors.service(rules=errors)(target)

    def _whole(self, target: S, errors: Sequence[object]) -> S:
        observed = self._monitoring.observed("services")
        return cover(target, lambda function: self.layered(observed(function), errors=errors))

    def block(self, section: str, model: type) -> Callable[[H], H]:
        """Declare a section of the configuration; its model can be injected by type or by the section's name.

        Parameters
        ----------
        section : str
            The name of the section.
        model : type
            A pydantic model or a frozen dataclass.

        Returns
        -------
        callable
            A decorator that returns what it is put on as it is.

        Raises
        ------
        CoreError
            If the section is declared already, or is none.
        """
        self._open_for("a block")
        if not isinstance(section, str) or not section.isidentifier():
            raise CoreError(f"{section!r} is no name of a section: write 'limits'")
        if not isinstance(model, type):
            raise CoreError(f"the section {section!r} needs a class for its model, not {model!r}")
        if section in self._blocks:
            raise CoreError(f"the section {section!r} is declared twice: give one of them another name")
        self._blocks[section] = model
        self.container.expect(section, model)
        return lambda found: found
