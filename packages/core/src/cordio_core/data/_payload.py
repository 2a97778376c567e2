"""What comes with an event as one piece, told apart into the arguments of a handler."""

from __future__ import annotations

import enum
import inspect
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import TypeGuard

from cordio_core._exceptions import DataError, HandlerError

if typing.TYPE_CHECKING:
    from cordio_core.protocols import Converter

__all__ = ["Payload", "is_structured"]

_SINGLE = (str, bytes, int, float, enum.Enum)
_SINGLE_MODULES = frozenset({"builtins", "datetime", "decimal", "fractions", "ipaddress", "pathlib", "uuid"})


class Payload:
    """Reads the payload of an event for one handler.

    One parameter of a structured type takes all of it; otherwise values are taken by the names of the
    parameters. What is no mapping goes to the only parameter there is.

    Parameters
    ----------
    where : str
        The handler and its place in the code.
    parameters : sequence of inspect.Parameter
        What the payload fills, annotations resolved.
    converters : sequence of Converter
        Who makes values of plain data; the first that knows a type.

    Raises
    ------
    HandlerError
        If nobody knows the type of a parameter.

    Examples
    --------
    >>> import inspect
    >>> from cordio_core.data import converters
    >>> def pack(sku: str, amount: int = 1) -> None: ...
    >>> wanted = list(inspect.signature(pack, eval_str=True).parameters.values())
    >>> Payload("pack", wanted, converters()).read({"sku": "A-1"})
    {'sku': 'A-1'}
    """

    def __init__(
        self, where: str, parameters: Sequence[inspect.Parameter], converters: Sequence[Converter]
    ) -> None:
        self._where = where
        self._readers = {each.name: _reader(where, each, converters) for each in parameters}
        self._needed = [each.name for each in parameters if each.default is inspect.Parameter.empty]
        self._only = parameters[0].name if len(parameters) == 1 else None
        self._is_structured = self._only is not None and is_structured(parameters[0].annotation)

    def read(self, payload: object, /) -> dict[str, object]:
        """Return the arguments that a payload gives.

        Parameters
        ----------
        payload : object
            Plain data, or a value of the type that the handler wants.

        Returns
        -------
        dict of str to object
            The arguments by name; those with a default may be missing.

        Raises
        ------
        DataError
            If the payload does not fit.
        """
        if not self._readers:
            return {}
        if payload is None and not self._needed:
            return {}
        if self._only is not None and (self._is_structured or not _is_mapping(payload)):
            return {self._only: self._at(self._only, payload)}
        return self._by_name({} if payload is None else payload)

    def _by_name(self, given: object) -> dict[str, object]:
        if not _is_mapping(given):
            raise DataError(self._where, "", f"values by name were expected, not {type(given).__name__}")
        missing = [name for name in self._needed if name not in given]
        if missing:
            raise DataError(self._where, ", ".join(missing), "no value was given")
        return {name: self._at(name, given[name]) for name in self._readers if name in given}

    def _at(self, name: str, value: object) -> object:
        try:
            return self._readers[name](value)
        except ValueError as error:
            raise DataError(self._where, name, _told(error)) from error


def _reader(
    where: str, parameter: inspect.Parameter, converters: Sequence[Converter]
) -> Callable[[object], object]:
    wanted = object if parameter.annotation is inspect.Parameter.empty else parameter.annotation
    for converter in converters:
        try:
            found = converter.reader(wanted)
        except Exception as error:  # it may be the user's own, and types are: they may raise anything
            raise HandlerError(
                where,
                f"has the parameter {parameter.name!r} of the type {wanted!r}, on which the converter "
                f"{type(converter).__name__} fails with {type(error).__name__}: {error}",
                "take another type, or give App(converters=[...]) one that knows it",
            ) from error
        if found is not None:
            return found
    raise HandlerError(
        where,
        f"has the parameter {parameter.name!r} of a type that nothing makes of plain data: {wanted!r}",
        "install pydantic, or give App(converters=[...]) one that knows it",
    )


def _is_mapping(value: object) -> TypeGuard[Mapping[object, object]]:
    return type(value) is dict or isinstance(value, Mapping)  # to ask the abstract class takes long


def is_structured(annotation: object) -> bool:
    """Tell whether a value of a type has names of its own, so that all of a payload is its.

    Parameters
    ----------
    annotation : object
        The type.

    Returns
    -------
    bool
        Whether it has.

    Examples
    --------
    >>> is_structured(int | None), is_structured(dict[str, int])
    (False, True)
    """
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return any(map(is_structured, typing.get_args(annotation)))
    if typing.get_origin(annotation) is typing.Annotated:
        return is_structured(typing.get_args(annotation)[0])
    kind = typing.get_origin(annotation) or annotation
    if not isinstance(kind, type):
        return False
    if issubclass(kind, Mapping):
        return True
    return not issubclass(kind, _SINGLE) and kind.__module__ not in _SINGLE_MODULES


def _told(error: ValueError) -> str:
    """Say what is wrong with a value, without the value: it may be a secret."""
    problems = getattr(error, "errors", None)
    if not callable(problems):
        return str(error)
    listed = problems(include_url=False, include_input=False, include_context=False)
    return "; ".join(
        ": ".join([*filter(None, [".".join(map(str, each["loc"]))]), each["msg"]]) for each in listed
    )
