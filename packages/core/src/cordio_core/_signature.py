"""What each parameter of a handler is filled with, read once at the start."""

from __future__ import annotations

import functools
import inspect
import types
import typing
from collections.abc import Callable, Collection
from dataclasses import dataclass

from cordio_core._exceptions import CoreError, HandlerError
from cordio_core._request import Request
from cordio_core.events import Event
from cordio_core.protocols import Container

__all__ = ["Needs", "callee", "code", "needs", "place"]

_EMPTY = inspect.Parameter.empty
_NO_NAME = {
    inspect.Parameter.VAR_POSITIONAL: "give each parameter a name",
    inspect.Parameter.VAR_KEYWORD: "give each parameter a name",
    inspect.Parameter.POSITIONAL_ONLY: "take the '/' out: parameters are filled by name",
}


@dataclass(frozen=True, slots=True)
class Needs:
    """The parameters of a handler, told apart.

    Parameters
    ----------
    data : tuple of inspect.Parameter
        What the event's data fill: names of its path first; annotations resolved.
    given : tuple of str
        The parameters that an earlier handler of the chain fills, with what it returned.
    request : tuple of str
        The parameters that take the `Request`.
    returns : object
        The annotation of what the handler returns; ``inspect.Signature.empty`` if there is none.
    """

    data: tuple[inspect.Parameter, ...]
    given: tuple[str, ...]
    request: tuple[str, ...]
    returns: object

    @property
    def names(self) -> frozenset[str]:
        """All the names that the caller passes; a container need not fill them."""
        return frozenset([*(parameter.name for parameter in self.data), *self.given, *self.request])


def callee(handler: Callable[..., object]) -> Callable[..., object]:
    """Return what a handler runs: itself, or an object's ``__call__``, whose signature can be read.

    Parameters
    ----------
    handler : callable
        The handler as it was attached.

    Returns
    -------
    callable
        A function or a method.

    Raises
    ------
    CoreError
        If it is a class, a partial, or cannot be called.
    """
    if inspect.isroutine(handler):
        return handler
    call = getattr(handler, "__call__", None)  # noqa: B004  # the method is wanted, not the answer
    if isinstance(handler, functools.partial):
        inner = getattr(handler.func, "__name__", repr(handler.func))
        raise CoreError(
            f"{handler!r} cannot be a handler: it has no name and no place of its own: "
            f"write a function that calls {inner}"
        )
    if not inspect.ismethod(call) or isinstance(handler, type):
        raise CoreError(
            f"{handler!r} cannot be a handler: attach a function, a method, or an object with __call__"
        )
    return call


def place(handler: Callable[..., object]) -> str:
    """Tell where a handler stands.

    Parameters
    ----------
    handler : callable
        A function, a method, or an object with a class.

    Returns
    -------
    str
        ``name (file:line)``, as far as it is known.

    Examples
    --------
    >>> place(print)
    'print'
    """
    found, own = inspect.unwrap(handler), code(handler)
    name = str(getattr(found, "__qualname__", repr(found)))
    return f"{name} ({own.co_filename}:{own.co_firstlineno})" if own else name


def code(handler: Callable[..., object]) -> types.CodeType | None:
    """Return the code of a handler, below its decorators.

    Parameters
    ----------
    handler : callable
        A function or a method.

    Returns
    -------
    types.CodeType or None
        Its code; None if it is not written in Python.

    Examples
    --------
    >>> code(print) is None
    True
    """
    found = getattr(inspect.unwrap(handler), "__code__", None)
    return found if isinstance(found, types.CodeType) else None


def needs(
    handler: Callable[..., object],
    event: Event,
    container: Container,
    offered: Collection[str] = (),
) -> Needs:
    """Work out what fills each parameter of a handler.

    Parameters
    ----------
    handler : callable
        The handler.
    event : Event
        The event it answers.
    container : Container
        Where its services come from.
    offered : collection of str
        What handlers before it in the chain have returned, by their names.

    Returns
    -------
    Needs
        The parameters that are no service's, told apart.

    Raises
    ------
    HandlerError
        If a parameter fits nothing, or two things.
    """
    parameters, returns = _resolved(handler)
    path: list[inspect.Parameter] = []
    data: list[inspect.Parameter] = []
    given: list[str] = []
    request: list[str] = []
    for parameter in parameters:
        if parameter.name in event.names:
            _refuse_double(handler, f"a name of {event.name!r}", parameter, container)
            path.append(parameter)
        elif parameter.name in offered:
            _refuse_double(handler, "what a handler before it returns", parameter, container)
            given.append(parameter.name)
        elif _is_request(parameter):
            request.append(parameter.name)
        elif not container.provides(
            parameter.name, parameter.annotation, has_default=parameter.default is not _EMPTY
        ):
            data.append(_fillable(handler, event, parameter))
    return Needs((*path, *data), tuple(given), tuple(request), returns)


def _resolved(handler: Callable[..., object]) -> tuple[list[inspect.Parameter], object]:
    try:
        found = list(inspect.signature(handler).parameters.values())
        hints = typing.get_type_hints(handler, include_extras=True)
    except Exception as error:  # an annotation is code of the user's: it may raise anything
        raise HandlerError(
            place(handler), f"has an annotation that does not resolve: {error}", "import the type at run time"
        ) from error
    for parameter in found:
        if parameter.kind in _NO_NAME:
            raise HandlerError(place(handler), f"has the parameter {parameter}", _NO_NAME[parameter.kind])
    named = [p.replace(annotation=hints.get(p.name, p.annotation)) for p in found]
    return named, hints.get("return", inspect.Signature.empty)


def _is_request(parameter: inspect.Parameter) -> bool:
    wanted = parameter.annotation
    if typing.get_origin(wanted) is typing.Annotated:
        wanted = typing.get_args(wanted)[0]
    if typing.get_origin(wanted) in (typing.Union, types.UnionType):
        return Request in typing.get_args(wanted)
    return wanted is Request or (wanted is _EMPTY and parameter.name == "request")


def _refuse_double(
    handler: Callable[..., object], what: str, parameter: inspect.Parameter, container: Container
) -> None:
    if container.provides(parameter.name, _EMPTY):
        raise HandlerError(
            place(handler),
            f"has the parameter {parameter.name!r}, which is both {what} and a service",
            "rename one of the two",
        )


def _fillable(handler: Callable[..., object], event: Event, parameter: inspect.Parameter) -> inspect.Parameter:
    if parameter.annotation is _EMPTY and parameter.default is _EMPTY:
        raise HandlerError(
            place(handler),
            f"has the parameter {parameter.name!r}: no service, no name of {event.name!r}, and without a type",
            "annotate it to take it from the event's data, or register a service of that name",
        )
    return parameter
