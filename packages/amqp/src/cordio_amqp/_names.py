"""Names of exchanges and queues that the library underneath takes; a broker itself takes more."""

from __future__ import annotations

import re

__all__ = ["refused_exchange", "refused_queue"]

_TAKEN = re.compile(r"[A-Za-z0-9_.:@#,/+ -]*")
_LONGEST_EXCHANGE = 127
_SIGNS = "take letters of ASCII, digits, spaces, and - _ . : @ # , / +"


def refused_exchange(name: str) -> str:
    """Return why an exchange cannot be asked for; empty if it can.

    Parameters
    ----------
    name : str
        The exchange.

    Returns
    -------
    str
        What is wrong with its name, and what to do.

    Examples
    --------
    >>> refused_exchange("orders")
    ''
    >>> refused_exchange("what exchange?")
    'Invalid value for exchange: take letters of ASCII, digits, spaces, and - _ . : @ # , / +'
    """
    if len(name) > _LONGEST_EXCHANGE:
        return f"Invalid value for exchange: it has {len(name)} letters, and {_LONGEST_EXCHANGE} are allowed"
    return "" if _TAKEN.fullmatch(name) else f"Invalid value for exchange: {_SIGNS}"


def refused_queue(name: str) -> str:
    """Return why a queue cannot be used; empty if it can.

    Parameters
    ----------
    name : str
        The queue, whose length is looked at elsewhere.

    Returns
    -------
    str
        What is wrong with its name, and what to do.

    Examples
    --------
    >>> refused_queue("orders.größe")
    'Invalid value for queue: take letters of ASCII, digits, spaces, and - _ . : @ # , / +'
    """
    return "" if _TAKEN.fullmatch(name) else f"Invalid value for queue: {_SIGNS}"
