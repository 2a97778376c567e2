"""Whether what a setting was set to means something."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import inf

from cordio_monitor._exceptions import SettingError

__all__ = ["flag", "number", "one_of", "text", "texts"]


def text(section: str, option: str, value: object, expected: str = "a text") -> str:
    """Check a text.

    Parameters
    ----------
    section : str
        The section.
    option : str
        The option.
    value : object
        What it is set to.
    expected : str
        What it can be.

    Returns
    -------
    str
        The text.

    Raises
    ------
    SettingError
        If it is none.

    Examples
    --------
    >>> text("sentry", "release", "1.2")
    '1.2'
    """
    if not isinstance(value, str):
        raise SettingError(option, value, expected, section)
    return value


def texts(section: str, option: str, value: object) -> Collection[str]:
    """Check a list of texts; one text alone, the letters of which would be taken, is none.

    Parameters
    ----------
    section : str
        The section.
    option : str
        The option.
    value : object
        What it is set to.

    Returns
    -------
    Collection[str]
        The texts.

    Raises
    ------
    SettingError
        If it is no collection, or something in it is no text or empty.

    Examples
    --------
    >>> texts("mask", "names", ("iban",))
    ('iban',)
    """
    expected = "a list of texts"
    if isinstance(value, str):
        raise SettingError(option, value, f"{expected}, such as [{value!r}]", section)
    if not isinstance(value, Collection) or isinstance(value, (bytes, bytearray, memoryview, Mapping)):
        raise SettingError(option, value, expected, section)
    for item in value:
        if not isinstance(item, str) or not item:
            raise SettingError(option, item, f"{expected}, none of them empty", section)
    return value


def flag(section: str, option: str, value: object) -> bool:
    """Check a switch.

    Parameters
    ----------
    section : str
        The section.
    option : str
        The option.
    value : object
        What it is set to.

    Returns
    -------
    bool
        Whether it is on.

    Raises
    ------
    SettingError
        If it is neither on nor off.

    Examples
    --------
    >>> flag("log", "capture", True)
    True
    """
    if not isinstance(value, bool):
        raise SettingError(option, value, "true or false", section)
    return value


def number(
    section: str,
    option: str,
    value: object,
    expected: str,
    *,
    above: float = -inf,
    least: float = 0,
    most: float = inf,
) -> float:
    """Check a number.

    Parameters
    ----------
    section : str
        The section.
    option : str
        The option.
    value : object
        What it is set to.
    expected : str
        What it can be.
    above : float
        What it has to be larger than.
    least : float
        The smallest that means something.
    most : float
        The largest.

    Returns
    -------
    float
        The number.

    Raises
    ------
    SettingError
        If it is none, not finite, or outside of the limits.

    Examples
    --------
    >>> number("zipkin", "sample", 0.1, "a share between 0 and 1", most=1)
    0.1
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise SettingError(option, value, expected, section)
    if not (above < value < inf and least <= value <= most):
        raise SettingError(option, value, expected, section)
    return value


def one_of(section: str, option: str, value: object, known: Collection[str]) -> str:
    """Check a choice between words.

    Parameters
    ----------
    section : str
        The section.
    option : str
        The option.
    value : object
        What it is set to.
    known : Collection[str]
        The words.

    Returns
    -------
    str
        The word.

    Raises
    ------
    SettingError
        If it is none of them.

    Examples
    --------
    >>> one_of("log", "format", "json", ("auto", "pretty", "json"))
    'json'
    """
    if not isinstance(value, str) or value not in known:
        *first, last = known
        raise SettingError(option, value, f"{', '.join(first)} or {last}", section)
    return value
