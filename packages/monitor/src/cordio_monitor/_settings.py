"""The settings of the section `log`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cordio_monitor._exceptions import SettingError

__all__ = ["LogSettings"]

_LEVELS = ("debug", "info", "warning", "error")
_FORMATS = ("auto", "pretty", "json")


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What is logged, and how it looks on the console.

    Parameters
    ----------
    level : Literal["debug", "info", "warning", "error"]
        The lowest level that is kept; ``debug`` keeps everything.
    format : Literal["auto", "pretty", "json"]
        ``pretty`` for people, ``json`` for one object a line, ``auto`` for the first in a terminal and the
        second otherwise.
    capture : bool
        Whether what libraries write to the standard ``logging`` is taken as well.

    Raises
    ------
    SettingError
        If a level or a format is not known.

    Examples
    --------
    >>> LogSettings(level="info")
    LogSettings(level='info', format='auto', capture=True)
    """

    level: Literal["debug", "info", "warning", "error"] = "debug"
    format: Literal["auto", "pretty", "json"] = "auto"
    capture: bool = True

    def __post_init__(self) -> None:
        if self.level not in _LEVELS:
            raise SettingError("level", self.level, "debug, info, warning or error")
        if self.format not in _FORMATS:
            raise SettingError("format", self.format, "auto, pretty or json")
