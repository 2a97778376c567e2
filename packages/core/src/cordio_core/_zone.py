"""Time zones by their names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

__all__ = ["local", "offset", "zone"]


def zone(name: str) -> ZoneInfo:
    """Return a time zone.

    Parameters
    ----------
    name : str
        Its name in the IANA database.

    Returns
    -------
    zoneinfo.ZoneInfo
        The zone.

    Raises
    ------
    ValueError
        If there is none of that name.

    Examples
    --------
    >>> zone("Europe/Berln")
    Traceback (most recent call last):
    ValueError: 'Europe/Berln' is no time zone: write its name in the IANA database; is it 'Europe/Berlin'?
    """
    import zoneinfo  # few applications need it, and all would wait for it

    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError, TypeError):
        import difflib

        near = difflib.get_close_matches(str(name), zoneinfo.available_timezones(), n=1)
        hint = f"; is it {near[0]!r}?" if near else ", such as 'Europe/Berlin', or 'UTC'"
        raise ValueError(f"{name!r} is no time zone: write its name in the IANA database{hint}") from None


def offset(where: ZoneInfo, moment: float) -> float:
    """Return how far the wall clocks of a zone are ahead of UTC.

    Parameters
    ----------
    where : zoneinfo.ZoneInfo
        The zone.
    moment : float
        When, in seconds since 1970 in UTC.

    Returns
    -------
    float
        Seconds.

    Examples
    --------
    >>> offset(zone("Europe/Berlin"), 1_780_000_000.0)
    7200.0
    """
    ahead = datetime.fromtimestamp(moment, where).utcoffset()
    return 0.0 if ahead is None else ahead.total_seconds()


def local(text: str, name: str) -> float:
    """Return the moment at which the wall clocks of a zone show a time; the first one if they do so twice.

    Parameters
    ----------
    text : str
        The time (ISO 8601), such as ``2026-12-01T03:00``; one with an offset of its own needs no zone.
    name : str
        The name of the zone.

    Returns
    -------
    float
        Seconds since 1970 in UTC.

    Raises
    ------
    ValueError
        If it is no time, or the clocks of the zone never show it.

    Examples
    --------
    >>> local("2026-12-01T03:00", "Europe/Berlin") == local("2026-12-01T02:00Z", "UTC")
    True
    """
    where = zone(name)
    try:
        found = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        raise ValueError(f"{text!r} is no time: write it as in '2026-12-01T03:00'") from None
    if found.tzinfo is not None:
        return found.timestamp()
    moment = found.replace(tzinfo=where).timestamp()
    shown = datetime.fromtimestamp(moment, UTC) + timedelta(seconds=offset(where, moment))
    if shown.replace(tzinfo=None) != found:
        raise ValueError(f"no clock of {name} ever shows {text}: it is set forward over it; take another time")
    return moment
