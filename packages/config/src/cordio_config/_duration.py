"""Durations as people write them: ``"100ms"``, ``"5m"``, ``"1h30m"``."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

__all__ = ["Duration"]

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_TERM = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_TERMS = re.compile(rf"(?:{_TERM.pattern})+")


class Duration(float):
    """A time span in seconds, read from text or from a number.

    Parameters
    ----------
    value : str or float
        ``"100ms"``, ``"5m"``, ``"1h30m"`` (ms, s, m, h, d), or seconds as a number; finite, not negative.

    Raises
    ------
    ValueError
        If it is no duration.

    Examples
    --------
    >>> Duration("1h30m"), Duration("100ms"), Duration(2)
    (5400.0, 0.1, 2.0)
    >>> Duration("soon")
    Traceback (most recent call last):
    ValueError: 'soon' is no duration: write a number with ms, s, m, h or d, as in '100ms' or '1h30m'
    """

    __slots__ = ()

    def __new__(cls, value: str | float) -> Self:
        """Read the value once; what comes out is a number of seconds."""
        return super().__new__(cls, _seconds(value))

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
        text = {"type": "string", "pattern": r"^(\d+(\.\d+)?(ms|s|m|h|d))+$|^\d+(\.\d+)?$", "examples": ["5m"]}
        return {"anyOf": [text, {"type": "number", "minimum": 0}]}


def _seconds(value: object) -> float:
    found = _read(value.strip()) if isinstance(value, str) else value
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found <= sys.float_info.max:
        raise ValueError(_complaint(value))
    return float(found)


def _read(text: str) -> float:
    if _TERMS.fullmatch(text):
        return sum(float(number) * _SECONDS[unit] for number, unit in _TERM.findall(text))
    try:
        return float(text)
    except ValueError:
        raise ValueError(_complaint(text)) from None


def _complaint(value: object) -> str:
    told = "null" if value is None else repr(value)
    return f"{told} is no duration: write a number with ms, s, m, h or d, as in '100ms' or '1h30m'"
