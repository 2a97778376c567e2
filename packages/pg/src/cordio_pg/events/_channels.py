"""What a handler can be attached to: notifications of a channel, and the loss of some."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cordio_core import Event

__all__ = ["MissedEvent", "NotifyEvent", "missed", "notify"]

_LONGEST = 63  # PostgreSQL, "Identifiers and Key Words": NAMEDATALEN - 1 bytes
_WAITING = 1000


@dataclass(frozen=True, slots=True)
class NotifyEvent(Event):
    """A notification of PostgreSQL.

    Parameters
    ----------
    channel : str
        The channel.
    database : str
        The section of the settings of its database.
    waiting : int
        How many may wait for the handler.
    """

    exclusive: ClassVar[bool] = False

    channel: str = ""
    database: str = "pg"
    waiting: int = _WAITING


@dataclass(frozen=True, slots=True)
class MissedEvent(Event):
    """A time in which notifications may have been lost.

    Parameters
    ----------
    channel : str
        Their channel.
    database : str
        The section of the settings of its database.
    """

    exclusive: ClassVar[bool] = False

    channel: str = ""
    database: str = "pg"


def notify(channel: str, *, database: str = "pg", waiting: int = _WAITING) -> NotifyEvent:
    """Describe a notification of a channel (PostgreSQL, ``NOTIFY``), for as long as the application is up.

    What is sent while nobody listens is lost: PostgreSQL keeps nothing. `missed` tells of such a time.

    Parameters
    ----------
    channel : str
        The name as it stands in the catalogue, at most 63 bytes: ``NOTIFY Prices`` goes to ``"prices"``.
    database : str
        The section of the settings of its database.
    waiting : int
        How many may wait for a handler that is slower than they come; what comes beyond is lost, and told.

    Returns
    -------
    NotifyEvent
        The event, for ``App.on``. Each handler gets all of them, one after the other in their order; its model
        is read from JSON, and a ``str`` is the payload as it came.

    Raises
    ------
    ValueError
        If no channel has that name, or none may wait.

    Examples
    --------
    >>> notify("prices").name
    'notify prices'
    """
    _refuse_odd(channel)
    if waiting < 1:
        raise ValueError(
            f"waiting={waiting!r}: let one notification wait at least, or {_WAITING} as by default"
        )
    return NotifyEvent("pg", _named("notify", channel, database), (), channel, database, waiting)


def missed(channel: str, *, database: str = "pg") -> MissedEvent:
    """Describe that notifications of a channel may have been lost: what they tell is to be looked up anew.

    That is so when the channel is heard again after a loss of the connection, when it is first heard later
    than the application is up, and when more came than may wait for a handler.

    Parameters
    ----------
    channel : str
        The channel.
    database : str
        The section of the settings of its database.

    Returns
    -------
    MissedEvent
        The event, for ``App.on``; it brings no data.

    Raises
    ------
    ValueError
        If no channel has that name.

    Examples
    --------
    >>> missed("prices", database="pg_reports").name
    'missed prices of pg_reports'
    """
    _refuse_odd(channel)
    return MissedEvent("pg", _named("missed", channel, database), (), channel, database)


def _named(what: str, channel: str, database: str) -> str:
    return f"{what} {channel}" if database == "pg" else f"{what} {channel} of {database}"


def _refuse_odd(channel: str) -> None:
    if not isinstance(channel, str) or not channel or "\0" in channel:
        raise ValueError(f"{channel!r} is no name of a channel: write 'prices'")
    if len(channel.encode()) > _LONGEST:
        raise ValueError(f"the channel {channel!r} is too long: PostgreSQL takes {_LONGEST} bytes")
