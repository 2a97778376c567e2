"""Sizes as people write them: ``"64KiB"``, ``"10MB"``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

__all__ = ["Size"]

_BYTES = {"": 1, "b": 1} | {
    f"{prefix}{unit}b": step**power
    for unit, step in (("", 1000), ("i", 1024))
    for power, prefix in enumerate("kmgt", start=1)
}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)", re.IGNORECASE | re.ASCII)


class Size(int):
    """A number of bytes, read from text or from a number.

    Decimal units (kB, MB, GB, TB) are powers of 1000, binary ones (KiB, MiB, GiB, TiB) powers of 1024, as in
    IEC 80000-13; upper and lower case count alike.

    Parameters
    ----------
    value : str or int
        ``"64KiB"``, ``"1.5 GB"``, or a whole number of bytes; not negative.

    Raises
    ------
    ValueError
        If it is no size, or no whole number of bytes.

    Examples
    --------
    >>> Size("64KiB"), Size("10MB"), Size(512)
    (65536, 10000000, 512)
    >>> Size("big")
    Traceback (most recent call last):
    ValueError: 'big' is no size: write a number with B, kB, MB, GB, TB, KiB, MiB, GiB or TiB, as in '64KiB'
    """

    __slots__ = ()

    def __new__(cls, value: str | int) -> Self:
        """Read the value once; what comes out is a number of bytes."""
        return super().__new__(cls, _bytes(value))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let pydantic read a field of this type."""
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(cls)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, object]:
        """Tell editors what a file may hold."""
        text = {"type": "string", "pattern": r"^\d+(\.\d+)?\s*[A-Za-z]*$", "examples": ["64KiB"]}
        return {"anyOf": [text, {"type": "integer", "minimum": 0}]}


def _bytes(value: object) -> int:
    from fractions import Fraction

    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    match = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    unit = _BYTES.get(match[2].lower()) if match else None
    if match is None or unit is None:
        raise ValueError(_complaint(value))
    size = Fraction(match[1]) * unit
    if size.denominator != 1:
        raise ValueError(f"{value!r} is no whole number of bytes")
    return int(size)


def _complaint(value: object) -> str:
    told = "null" if value is None else repr(value)
    return f"{told} is no size: write a number with B, kB, MB, GB, TB, KiB, MiB, GiB or TiB, as in '64KiB'"
