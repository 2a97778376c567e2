"""Sizes as people write them: ``"64KiB"``, ``"1MiB"``, ``"10MB"``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

__all__ = ["Size"]

_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
_TEXT = re.compile(r"(\d+)\s*([a-z]*)", re.ASCII)


class Size(int):
    """A number of bytes, read from text or from a number.

    Parameters
    ----------
    value : str or int
        ``"64KiB"`` (powers of 1024; IEC 80000-13), ``"10MB"`` (powers of 1000), or a number of bytes; not
        negative.

    Raises
    ------
    ValueError
        If the text is no size.

    Examples
    --------
    >>> Size("64KiB")
    65536
    >>> Size("big")
    Traceback (most recent call last):
    ValueError: 'big' is no size: write a number of bytes, or with a unit, as in '64KiB' or '10MB'
    """

    __slots__ = ()

    def __new__(cls, value: str | int) -> Self:
        """Read the value once; what comes out is a plain number of bytes."""
        return super().__new__(cls, _bytes(value))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let pydantic read a field of this type."""
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(_read)


def _read(value: Any) -> Size:
    return Size(value)


def _bytes(value: str | int) -> int:
    if isinstance(value, str):
        found = _TEXT.fullmatch(value.strip().lower())
        if found is not None and found[2] in _UNITS:
            return int(found[1]) * _UNITS[found[2]]
    elif isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise ValueError(f"{value!r} is no size: write a number of bytes, or with a unit, as in '64KiB' or '10MB'")
