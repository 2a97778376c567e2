"""Moments of cron expressions, over the days on which the clocks are changed."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from cordio_core._exceptions import CoreError
from cordio_core._zone import offset, zone

__all__ = ["Cron"]

_DAY = 86_400.0
_EPOCH = datetime(1970, 1, 1)
_YEAR = 1_767_225_600.0  # the beginning of 2026: any one would do
_LOOKED_AT = 50  # moments of it
_TICK = timedelta(microseconds=1)
_FIELDS = (
    ("minute", "0 to 59"),
    ("hour", "0 to 23"),
    ("day of the month", "1 to 31"),
    ("month", "1 to 12, or jan to dec"),
    ("day of the week", "0 to 7, or sun to sat"),
)
_PLAIN = re.compile(r"(?:[\d*/,?#l-]|[a-z]{3})+")  # croniter knows more: times by chance, and by hash
_NAMED = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}


class Cron:
    """A cron expression in a time zone.

    The expression is read by croniter, as if no clock were ever changed. Where one is, the rule of cron(8)
    holds: a run at a fixed time that is skipped comes right after the change, and one whose time comes twice
    comes once; where the minute or the hour is ``*``, the expression goes by what the clocks show.

    Parameters
    ----------
    expression : str
        Minute, hour, day of the month, month, day of the week; or ``@daily`` and the like.
    zone_name : str
        The zone whose clocks count.

    Raises
    ------
    ValueError
        If the expression or the zone is none, or no moment ever comes.
    CoreError
        If croniter is not installed.
    """

    def __init__(self, expression: str, zone_name: str) -> None:
        self._zone = zone(zone_name)
        fields = _fields(expression)
        self._goes_by_clocks = fields[0].startswith("*") or fields[1].startswith("*")
        self._iterator = _read(expression, fields)

    def after(self, moment: float) -> float:
        """Return the next moment.

        Parameters
        ----------
        moment : float
            After which, in seconds since 1970 in UTC.

        Returns
        -------
        float
            When, in the same terms.
        """
        ahead = offset(self._zone, moment)
        shown = _EPOCH + timedelta(seconds=moment + ahead)
        while True:
            found = self._iterator.get_next(datetime, start_time=shown)
            reached = (found - _EPOCH).total_seconds() - ahead
            change = self._change(moment, reached)
            if change is None:
                return float(reached)
            then = offset(self._zone, change)
            if then > ahead and reached < change + then - ahead and not self._goes_by_clocks:
                return change  # the clocks are set forward over it
            skipped = max(ahead, then) if not self._goes_by_clocks else then
            shown = _EPOCH + timedelta(seconds=change + skipped) - _TICK
            moment, ahead = change, then

    def least(self) -> float:
        """Return the shortest time between two moments, of the first ones of a year.

        Returns
        -------
        float
            In seconds; infinite if not two of them are within a year.
        """
        moment, found = self.after(_YEAR), math.inf
        for _ in range(_LOOKED_AT):
            following = self.after(moment)
            if following - _YEAR > 366 * _DAY:
                break
            moment, found = following, min(found, following - moment)
        return found

    def _change(self, since: float, until: float) -> float | None:
        """Find the first change of the clocks, to the second."""
        before = offset(self._zone, since)
        while since < until:
            step = min(since + _DAY, until)
            if offset(self._zone, step) != before:
                return self._halved(since, step, before)
            since = step
        return None

    def _halved(self, low: float, high: float, before: float) -> float:
        while high - low > 0.5:
            middle = (low + high) / 2
            low, high = (middle, high) if offset(self._zone, middle) == before else (low, middle)
        return float(round(high))


def _fields(expression: str) -> list[str]:
    text = expression if isinstance(expression, str) else ""
    fields = _NAMED.get(text.strip().lower(), text).split()
    if len(fields) != len(_FIELDS):
        raise ValueError(_complaint(expression, f"it has {len(fields)} fields"))
    return fields


def _read(expression: str, fields: list[str]) -> Any:
    try:
        from croniter import croniter  # type: ignore[import-untyped]  # it has no types
    except ImportError as error:
        raise CoreError(f"cron({expression!r}) needs croniter: install cordio-core[cron]") from error
    for index, (name, wanted) in enumerate(_FIELDS):
        alone = [*"****"]
        alone.insert(index, fields[index].lower())
        if not _PLAIN.fullmatch(alone[index]) or not croniter.is_valid(" ".join(alone)):
            raise ValueError(_complaint(expression, f"its {name} {fields[index]!r} is not from {wanted}"))
    try:
        found = croniter(" ".join(fields).lower(), datetime.now(UTC).replace(tzinfo=None))
        found.get_next(datetime)
    except ValueError:
        raise ValueError(
            f"the moment of {expression!r} never comes: no such month has such a day; take another"
        ) from None
    return found


def _complaint(expression: object, what: str) -> str:
    names = ", ".join(name for name, _ in _FIELDS)
    return f"{expression!r} is no cron expression: {what}; write {names}, as in '*/5 * * * *'"
