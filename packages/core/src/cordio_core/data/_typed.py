"""Plain data as values of any type that pydantic knows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

from cordio_core.data._plain import PlainConverter

if TYPE_CHECKING:
    from cordio_core.protocols import Converter

__all__ = ["TypedConverter", "converters"]


class TypedConverter:
    """Reads what pydantic reads: its models, dataclasses, the types of the standard library.

    Examples
    --------
    >>> TypedConverter().reader(list[int])(["7"])
    [7]
    """

    def reader(self, annotation: object, /) -> Callable[[object], object] | None:
        """Return what makes a value of an annotation.

        Parameters
        ----------
        annotation : object
            A type, or what stands for one in an annotation.

        Returns
        -------
        callable or None
            Makes a value of plain data, or raises ValueError; None for what pydantic does not know.
        """
        from pydantic import PydanticSchemaGenerationError, TypeAdapter

        try:
            made: TypeAdapter[object] = TypeAdapter(cast("type[object]", annotation))
        except PydanticSchemaGenerationError:
            return None
        return made.validate_python


def converters(own: Sequence[Converter] = ()) -> tuple[Converter, ...]:
    """Return the converters to ask, in their order.

    Parameters
    ----------
    own : sequence of Converter
        Those of the application, asked first.

    Returns
    -------
    tuple of Converter
        They, pydantic's where it is installed, and that of the standard library.

    Examples
    --------
    >>> [type(converter).__name__ for converter in converters()]
    ['TypedConverter', 'PlainConverter']
    """
    typed = () if find_spec("pydantic") is None else (TypedConverter(),)
    return (*own, *typed, PlainConverter())
