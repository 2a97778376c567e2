"""What a sink takes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal

from cordio_monitor._checked import number, one_of, texts
from cordio_monitor._raw import LEVELS

if TYPE_CHECKING:
    from cordio_monitor._record import Record

__all__ = ["Choice"]

_KINDS = ("log", "event", "span", "count", "timing", "ledger")


@dataclass(frozen=True, slots=True)
class Choice:
    """Chooses the records of a sink; what is left out means everything.

    Parameters
    ----------
    kinds : Collection[str]
        The kinds: ``log``, ``event``, ``span``, ``count``, ``timing``.
    level : Literal["debug", "info", "warning", "error"]
        The lowest level.
    names : Sequence[str]
        Patterns such as ``"GET /orders*"``; the event or, outside of one, the message fits at least one.
    without : Sequence[str]
        Patterns of which it fits none.
    stages : Collection[str]
        The stages of which spans are taken.
    sample : float
        The share of the traces that is taken, whole; what failed is always taken. It is announced in the
        log at the start.

    Raises
    ------
    SettingError
        If a level or a kind is not known, a list is none, or the share is not between 0 and 1.

    Examples
    --------
    >>> from cordio_monitor.sinks import Record
    >>> choice = Choice(kinds={"log"}, level="warning", without=["GET /health*"])
    >>> choice.takes(Record("log", "error", 0, "orders", "POST /orders", "no stock", {}))
    True
    >>> choice.takes(Record("log", "info", 0, "orders", "POST /orders", "placing", {}))
    False
    """

    kinds: Collection[str] = ()
    level: Literal["debug", "info", "warning", "error"] = "debug"
    names: Sequence[str] = ()
    without: Sequence[str] = ()
    stages: Collection[str] = ()
    sample: float = 1.0

    def __post_init__(self) -> None:
        one_of("choice", "level", self.level, tuple(LEVELS))
        for option in ("kinds", "names", "without", "stages"):
            texts("choice", option, getattr(self, option))
        for kind in self.kinds:
            one_of("choice", "kinds", kind, _KINDS)
        number("choice", "sample", self.sample, "a share between 0 and 1", most=1)

    def takes(self, record: Record) -> bool:
        """Tell whether a record is chosen.

        Parameters
        ----------
        record : Record
            The record.

        Returns
        -------
        bool
            Whether it is.
        """
        if self.kinds and record.kind not in self.kinds and record.kind != "ledger":
            return False
        if LEVELS[record.level] < LEVELS[self.level]:
            return False
        if self.stages and record.kind == "span" and record.fields.get("stage") not in self.stages:
            return False
        return self._fits(record.event or record.message) and self._is_sampled(record)

    def among(self, records: Sequence[Record]) -> list[Record]:
        """Return the records that are chosen.

        Parameters
        ----------
        records : Sequence[Record]
            The records.

        Returns
        -------
        list[Record]
            Those of them.
        """
        return [record for record in records if self.takes(record)]

    def _fits(self, name: str) -> bool:
        if self.names and not any(fnmatchcase(name, pattern) for pattern in self.names):
            return False
        return not any(fnmatchcase(name, pattern) for pattern in self.without)

    def _is_sampled(self, record: Record) -> bool:
        if self.sample >= 1 or not record.trace_id or record.error or record.level == "error":
            return True
        return int(record.trace_id[-8:], 16) < self.sample * 2**32
