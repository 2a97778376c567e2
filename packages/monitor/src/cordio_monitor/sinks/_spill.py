"""Where records wait for a sink that is away."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from cordio_monitor._exceptions import SettingError
from cordio_monitor._unit import size

__all__ = ["Spill"]

_LEAST = 4_096


@dataclass(frozen=True, slots=True)
class Spill:
    """A file for the records of a sink that cannot be reached, until it can, in this process or the next.

    What is in it is masked, and the file is for its owner alone to read. Its records are written in their
    order before newer ones. What a killed process left half a line of is counted as failed. A process that is
    killed just when the sink has taken records sends that batch again.

    Parameters
    ----------
    path : str | os.PathLike[str]
        The file, which no other sink uses. Each process has one of its own: the first this one, another one
        ``path.1`` and so on; the next start takes over what processes that have ended left in theirs.
    size : str | int
        How large it may grow, such as ``"64MiB"``; beyond that records wait in memory.

    Raises
    ------
    SettingError
        If there is no path, or the size is none or less than 4 KiB.

    Examples
    --------
    >>> from cordio_monitor.sinks import Zipkin
    >>> zipkin = Zipkin("http://zipkin:9411", spill=Spill("var/spill/zipkin", size="16MiB"))
    """

    path: str | os.PathLike[str]
    size: str | int = "64MiB"

    def __post_init__(self) -> None:
        if not os.fspath(self.path):
            raise SettingError("spill", self.path, "the path of a file")
        if size("spill_size", self.size) < _LEAST:
            raise SettingError("spill_size", self.size, "a size of 4KiB or more")

    @property
    def file(self) -> Path:
        """The path."""
        return Path(self.path)

    @property
    def most(self) -> int:
        """How many bytes the file may have."""
        return size("spill_size", self.size)
