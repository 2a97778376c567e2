"""Ids of incidents."""

from __future__ import annotations

from random import getrandbits

__all__ = ["new_id"]

_FIXED = ~((0xF << 76) | (0x3 << 62))
_VERSION_4 = (0x4 << 76) | (0x2 << 62)


def new_id() -> str:
    """Make the id of an incident: a random UUID (RFC 9562, 5.4), for telling apart, not for keeping secrets.

    Returns
    -------
    str
        In its usual form. A forked process goes on with numbers of its own.

    Examples
    --------
    >>> from uuid import UUID
    >>> UUID(new_id()).version
    4
    """
    digits = f"{getrandbits(128) & _FIXED | _VERSION_4:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
