"""The books as records: what was lost, and how they stand at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordio_monitor._raw import DEBUG, INFO, WARNING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cordio_monitor._channel import Channel
    from cordio_monitor._ledger import Account
    from cordio_monitor._raw import Raw

__all__ = ["closing", "losses", "sampled", "unwritten"]


def losses(accounts: Mapping[str, Account], told: Mapping[str, int], now: int) -> list[Raw]:
    """Tell as records and metrics which sinks dropped records since it was told last.

    Parameters
    ----------
    accounts : Mapping[str, Account]
        The accounts by sink.
    told : Mapping[str, int]
        How many drops were told, by sink.
    now : int
        Nanoseconds since 1970.

    Returns
    -------
    list[Raw]
        A record and a count for each sink that dropped some.

    Examples
    --------
    >>> from cordio_monitor._ledger import Account
    >>> [raw[3] for raw in losses({"File": Account(accepted=2, dropped=2)}, {}, 0)]
    ['records were dropped', 'monitor.File.dropped']
    """
    raws: list[Raw] = []
    for name, account in accounts.items():
        number = account.dropped - told.get(name, 0)
        if number:
            fields: dict[str, object] = {"sink": name, "number": number, "causes": dict(account.causes)}
            raws.append(("log", WARNING, now, "records were dropped", fields, None))
            raws.append(("count", DEBUG, now, f"monitor.{name}.dropped", number, None))
    return raws


def closing(accounts: Mapping[str, Account], now: int) -> Raw:
    """Tell how the books stand.

    Parameters
    ----------
    accounts : Mapping[str, Account]
        The accounts by sink.
    now : int
        Nanoseconds since 1970.

    Returns
    -------
    Raw
        One record of the kind ``ledger``.

    Examples
    --------
    >>> from cordio_monitor._ledger import Account
    >>> closing({"File": Account(accepted=2, written=2)}, 0)[3]
    'records'
    """
    fields: dict[str, object] = {name: _told(account) for name, account in accounts.items()}
    lost = any(account.dropped or account.failed for account in accounts.values())
    return ("ledger", WARNING if lost else INFO, now, "records", fields, None)


def unwritten(name: str, account: Account) -> str:
    """Tell which records of a sink were not written.

    Parameters
    ----------
    name : str
        The sink.
    account : Account
        Its account.

    Returns
    -------
    str
        A sentence; empty if all were.

    Examples
    --------
    >>> from cordio_monitor._ledger import Account
    >>> unwritten("Zipkin", Account(accepted=5, written=2, dropped=1, pending=2, spilled=2))
    'the sink Zipkin did not write all of 5 records: 1 dropped, 2 in its spill for the next start'
    """
    lost = {
        "dropped": account.dropped,
        "failed": account.failed,
        "pending": account.pending - account.spilled,
        "in its spill for the next start": account.spilled,
    }
    told = ", ".join(f"{number} {what}" for what, number in lost.items() if number)
    return told and f"the sink {name} did not write all of {account.accepted} records: {told}"


def sampled(channel: Channel, now: int) -> list[Raw]:
    """Announce that a sink gets only a part of the traces.

    Parameters
    ----------
    channel : Channel
        The way to the sink.
    now : int
        Nanoseconds since 1970.

    Returns
    -------
    list[Raw]
        A record, if it is so.
    """
    choice = channel.sink.choice
    if choice is None or choice.sample >= 1:
        return []
    fields: dict[str, object] = {"sink": channel.name, "share": choice.sample}
    return [("log", INFO, now, "a sink gets a sample of the traces", fields, None)]


def _told(account: Account) -> dict[str, int]:
    counts = ("accepted", "written", "dropped", "failed", "pending", "spilled")
    return {name: getattr(account, name) for name in counts}
