"""Lists of words in the settings."""

from __future__ import annotations

__all__ = ["refuse_text"]


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
