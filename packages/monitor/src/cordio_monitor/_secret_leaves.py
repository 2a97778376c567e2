"""What has no parts to walk, masked: numbers, names, and any other object as its text."""

from __future__ import annotations

from cordio_monitor._secret_text import HIDDEN, mask_text

__all__ = ["LEAST", "LONG", "plain_key", "plain_number", "plain_text"]

# A number between these is shorter than that of a card.
LONG = 10**12
LEAST = -LONG
# Python writes no number of more than 4300 digits.
_MOST_BITS = 14_000


def plain_number(value: int | float) -> object:
    """Return a number as a plain one, hidden if it is that of a card.

    Parameters
    ----------
    value : int | float
        The number, an enumeration perhaps.

    Returns
    -------
    object
        The number.

    Examples
    --------
    >>> plain_number(42), plain_number(4111111111111111)
    (42, '***')
    """
    plain = int(value) if isinstance(value, int) else float(value)
    if LEAST < plain < LONG:
        return plain
    if isinstance(plain, int) and plain.bit_length() > _MOST_BITS:
        return HIDDEN
    text = str(plain) if isinstance(plain, int) else f"{plain:.0f}"
    return plain if mask_text(text) == text else HIDDEN


def plain_key(name: object) -> object:
    """Return what stands for a name in a mapping.

    Parameters
    ----------
    name : object
        The name.

    Returns
    -------
    object
        A plain text or number.

    Examples
    --------
    >>> plain_key("password=hunter2")
    'password=***'
    """
    if isinstance(name, str):
        # As itself: a kind of text of somebody's own may show what it likes.
        return mask_text(str.__str__(name))
    return plain_number(name) if isinstance(name, (int, float)) else plain_text(name)


def plain_text(value: object) -> str:
    """Return the text of an object, masked.

    Parameters
    ----------
    value : object
        Any object.

    Returns
    -------
    str
        Bytes as text, exceptions with their type, anything else as `str` shows it.

    Examples
    --------
    >>> plain_text(b"token=abc"), plain_text(ValueError("no"))
    ('token=***', 'ValueError: no')
    """
    if isinstance(value, (bytes, bytearray, memoryview)):
        return mask_text(bytes(value).decode("utf-8", "backslashreplace"))
    if isinstance(value, BaseException):
        return mask_text(f"{type(value).__qualname__}: {value}")
    return mask_text(str.__str__(str(value)))
