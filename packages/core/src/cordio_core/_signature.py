"""What each parameter of a handler is filled with, read once at the start."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass

from cordio_core._exceptions import HandlerError
from cordio_core._request import Request
from cordio_core.events import Event
from cordio_core.protocols import Container

__all__ = ["Needs", "needs", "place"]

_STARRED = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD, inspect.Parameter.POSITIONAL_ONLY)


@dataclass(frozen=True, slots=True)
class Needs:
    """The parameters of a handler, told apart.

    Parameters
    ----------
    data : tuple of inspect.Parameter
        What the event's data fill: names of its path first; annotations resolved.
    request : tuple of str
        The parameters that take the `Request`.
    returns : object
        The annotation of what the handler returns; ``inspect.Signature.empty`` if there is none.
    """

    data: tuple[inspect.Parameter, ...]
    request: tuple[str, ...]
    returns: object

    @property
    def given(self) -> frozenset[str]:
        """The names that the caller passes; a container need not fill them."""
        return frozenset(parameter.name for parameter in self.data) | frozenset(self.request)


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
    function = inspect.unwrap(handler)
    name = getattr(function, "__qualname__", repr(function))
    code = getattr(function, "__code__", None)
    return f"{name} ({code.co_filename}:{code.co_firstlineno})" if code else str(name)


def needs(handler: Callable[..., object], event: Event, container: Container) -> Needs:
    """Work out what fills each parameter of a handler.

    Parameters
    ----------
    handler : callable
        The handler.
    event : Event
        The event it answers.
    container : Container
        Where its services come from.

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
    request: list[str] = []
    for parameter in parameters:
        if parameter.name in event.names:
            _refuse_double(handler, event, parameter, container)
            path.append(parameter)
        elif parameter.annotation is Request or _is_bare_request(parameter):
            request.append(parameter.name)
        elif not container.provides(parameter.name, parameter.annotation):
            data.append(_fillable(handler, event, parameter))
    _refuse_missing(handler, event, path)
    return Needs((*path, *data), tuple(request), returns)


def _resolved(handler: Callable[..., object]) -> tuple[list[inspect.Parameter], object]:
    try:
        hints = typing.get_type_hints(handler, include_extras=True)
    except NameError as error:
        raise HandlerError(
            place(handler), f"has an annotation that does not resolve: {error}", "import the type at run time"
        ) from error
    signature = inspect.signature(handler)
    found = list(signature.parameters.values())
    for parameter in found:
        if parameter.kind in _STARRED:
            raise HandlerError(place(handler), f"has the parameter {parameter}", "give each parameter a name")
    named = [p.replace(annotation=hints.get(p.name, p.annotation)) for p in found]
    return named, hints.get("return", inspect.Signature.empty)


def _is_bare_request(parameter: inspect.Parameter) -> bool:
    return parameter.name == "request" and parameter.annotation is inspect.Parameter.empty


def _refuse_double(
    handler: Callable[..., object], event: Event, parameter: inspect.Parameter, container: Container
) -> None:
    if container.provides(parameter.name, inspect.Parameter.empty):
        raise HandlerError(
            place(handler),
            f"has the parameter {parameter.name!r}, which is both a name of {event.name!r} and a service",
            "rename one of the two",
        )


def _refuse_missing(handler: Callable[..., object], event: Event, path: list[inspect.Parameter]) -> None:
    missing = [name for name in event.names if name not in {parameter.name for parameter in path}]
    if missing:
        raise HandlerError(
            place(handler),
            f"answers {event.name!r} but has no parameter {', '.join(map(repr, missing))}",
            f"add {missing[0]!r} to its parameters, or take it out of the path",
        )


def _fillable(handler: Callable[..., object], event: Event, parameter: inspect.Parameter) -> inspect.Parameter:
    if parameter.annotation is inspect.Parameter.empty and parameter.default is inspect.Parameter.empty:
        raise HandlerError(
            place(handler),
            f"has the parameter {parameter.name!r}: no service, no name of {event.name!r}, and without a type",
            "annotate it to take it from the event's data, or register a service of that name",
        )
    return parameter
