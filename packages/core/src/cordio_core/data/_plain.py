"""Plain data as values of the types of the standard library."""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Callable, Mapping

__all__ = ["PlainConverter"]

Read = Callable[[object], object]
_ANY = (object, typing.Any)
_LISTS: tuple[type, ...] = (list, tuple, set, frozenset)


class PlainConverter:
    """Reads scalars, enumerations, unions, collections and dataclasses, without any library.

    Numbers are taken for floats, but nothing else is guessed: ``"7"`` is no int.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass
    ... class Order:
    ...     sku: str
    ...     amounts: list[int]
    >>> PlainConverter().reader(Order)({"sku": "A-1", "amounts": [1, 2]})
    Order(sku='A-1', amounts=[1, 2])
    """

    def reader(self, annotation: object, /) -> Read | None:
        """Return what makes a value of an annotation.

        Parameters
        ----------
        annotation : object
            A type, or what stands for one in an annotation.

        Returns
        -------
        callable or None
            Makes a value of plain data, or raises ValueError; None for what is not known here.
        """
        if annotation in _ANY:
            return lambda value: value
        origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
        if origin is typing.Annotated:
            return self.reader(arguments[0])
        if origin in (typing.Union, types.UnionType):
            return self._union(arguments)
        if origin is typing.Literal:
            return _literal(arguments)
        if origin in _LISTS or annotation in _LISTS:
            return self._many(origin or annotation, arguments)
        if origin in (dict, Mapping) or annotation is dict:
            return self._mapping(arguments)
        return self._class(annotation) if isinstance(annotation, type) else None

    def _class(self, kind: type) -> Read | None:
        if dataclasses.is_dataclass(kind):
            return self._dataclass(kind)
        if issubclass(kind, enum.Enum):
            return lambda value: value if isinstance(value, kind) else kind(value)
        return _exact(kind)

    def _dataclass(self, kind: type) -> Read | None:
        hints = typing.get_type_hints(kind, include_extras=True)
        fields = {f.name: self.reader(hints[f.name]) for f in dataclasses.fields(kind) if f.init}
        if None in fields.values():
            return None
        known = typing.cast("dict[str, Read]", fields)

        def read(value: object) -> object:
            if isinstance(value, kind):
                return value
            given = _mapped(value, kind)
            unknown = [str(name) for name in given if name not in known]
            if unknown:
                raise ValueError(f"{kind.__name__} has no {', '.join(unknown)}")
            try:
                return kind(
                    **{str(name): _at(str(name), known[str(name)], each) for name, each in given.items()}
                )
            except TypeError as error:  # a field is missing
                raise ValueError(str(error).replace("__init__()", kind.__name__)) from error

        return read

    def _union(self, arguments: tuple[object, ...]) -> Read | None:
        readers = [self.reader(each) for each in arguments]
        known = [each for each in readers if each is not None]

        def read(value: object) -> object:
            problems = []
            for each in known:
                try:
                    return each(value)
                except ValueError as error:
                    problems.append(str(error))
            raise ValueError(" or ".join(problems))

        return read if len(known) == len(readers) else None

    def _many(self, kind: object, arguments: tuple[object, ...]) -> Read | None:
        each = self.reader(arguments[0] if arguments else object)
        if each is None or (kind is tuple and arguments and arguments[-1] is not Ellipsis):
            return None
        make = typing.cast("Callable[[list[object]], object]", kind)

        def read(value: object) -> object:
            if not isinstance(value, list | tuple | set | frozenset):
                raise ValueError(f"a list was expected, not {type(value).__name__}")
            return make([_at(str(index), each, item) for index, item in enumerate(value)])

        return read

    def _mapping(self, arguments: tuple[object, ...]) -> Read | None:
        each = self.reader(arguments[1] if arguments else object)
        if each is None:
            return None
        return lambda value: {name: _at(str(name), each, item) for name, item in _mapped(value, dict).items()}


def _exact(kind: type) -> Read:
    def read(value: object) -> object:
        if kind is float and type(value) is int:
            return float(value)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
            raise ValueError(f"{kind.__name__} was expected, not {type(value).__name__}")
        return value

    return read


def _literal(values: tuple[object, ...]) -> Read:
    def read(value: object) -> object:
        if not any(value == each and type(value) is type(each) for each in values):
            raise ValueError(f"{' or '.join(map(repr, values))} was expected")
        return value

    return read


def _mapped(value: object, kind: type) -> Mapping[object, object]:
    if not isinstance(value, Mapping):
        raise ValueError(f"values by name were expected for {kind.__name__}, not {type(value).__name__}")
    return value


def _at(name: str, read: Read, value: object) -> object:
    try:
        return read(value)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
