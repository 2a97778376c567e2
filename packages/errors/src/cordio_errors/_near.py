"""Names that are near to a mistaken one."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["near"]


def near(name: object, known: Iterable[str]) -> str:
    """Suggest what was meant.

    Parameters
    ----------
    name : object
        The mistaken name.
    known : iterable of str
        The names there are.

    Returns
    -------
    str
        The nearest name as a question, or all the names.

    Examples
    --------
    >>> near("titel", ["status", "title"])
    "did you mean 'title'?"
    >>> near("x", ["status", "title"])
    "there are 'status', 'title'"
    """
    # difflib is wanted only where somebody made a mistake.
    from difflib import get_close_matches

    names = sorted(known)
    close = get_close_matches(str(name), names, n=1)
    return f"did you mean {close[0]!r}?" if close else f"there are {', '.join(map(repr, names))}"
