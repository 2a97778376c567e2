"""Ids of messages, drawn in lots: each draw is a system call, at which other threads take over."""

from __future__ import annotations

import os
from uuid import UUID

__all__ = ["new_id"]

_LOT, _SIZE = 256, 16
_VARIANTS = "89ab"  # RFC 9562, section 4.1, by the two bits that are random
_drawn: list[str] = []


def new_id() -> str:
    """Return a random UUID (RFC 9562, version 4) as 32 hexadecimal digits.

    Returns
    -------
    str
        It; no two processes get the same, even when one is forked from the other.

    Examples
    --------
    >>> UUID(new_id()).version, new_id() == new_id()
    (4, False)
    """
    try:
        return _drawn.pop()
    except IndexError:
        lot = os.urandom(_SIZE * _LOT)
        _drawn.extend(_uuid(lot[at : at + _SIZE]) for at in range(0, len(lot), _SIZE))
        return UUID(bytes=os.urandom(_SIZE), version=4).hex


def _uuid(random: bytes) -> str:
    text = random.hex()
    return f"{text[:12]}4{text[13:16]}{_VARIANTS[random[8] & 3]}{text[17:]}"


# A child process would draw the same ones.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_drawn.clear)
