"""Lists of words, and who holds what, in the settings."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["refuse_others", "refuse_text"]


def refuse_text(name: str, words: object) -> None:
    """Refuse a text where a list of words is meant: each of its letters would count as a word.

    Parameters
    ----------
    name : str
        The name of the setting.
    words : object
        What was given.

    Raises
    ------
    ValueError
        If it is a text.

    Examples
    --------
    >>> refuse_text("auth.audience", ("orders",))
    >>> refuse_text("auth.audience", "orders")
    Traceback (most recent call last):
    ValueError: auth.audience is a list of words, not the text 'orders': write ['orders']
    """
    if isinstance(words, str):
        raise ValueError(f"{name} is a list of words, not the text {words!r}: write {[words]!r}")


def refuse_others(name: str, holders: object, kind: type) -> None:
    """Refuse what does not tell by names who is let in, without repeating a value: it may be secret.

    Parameters
    ----------
    name : str
        The name of the setting.
    holders : object
        What was given.
    kind : type
        What each holder has.

    Raises
    ------
    ValueError
        If it is something else.

    Examples
    --------
    >>> refuse_others("auth.keys", {}, int)
    >>> refuse_others("auth.keys", 5, int)
    Traceback (most recent call last):
    ValueError: auth.keys is a mapping of names to int, not int: write {'partner': int(...)}
    """
    cure = f"write {{'partner': {kind.__name__}(...)}}"
    if not isinstance(holders, Mapping):
        wrong = type(holders).__name__
        raise ValueError(f"{name} is a mapping of names to {kind.__name__}, not {wrong}: {cure}")
    for holder, value in holders.items():
        if not isinstance(value, kind):
            raise ValueError(f"{name}.{holder} is no {kind.__name__}, but {type(value).__name__}: {cure}")
