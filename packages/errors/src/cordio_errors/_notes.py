"""Notes on an exception, which its traceback shows."""

from __future__ import annotations

__all__ = ["annotate"]


def annotate(error: BaseException, note: str) -> None:
    """Add a note to an exception once, whatever its class thinks of new attributes.

    Parameters
    ----------
    error : BaseException
        The exception.
    note : str
        The note that a traceback shows.

    Examples
    --------
    >>> error = ValueError()
    >>> annotate(error, "seen"), annotate(error, "seen")
    (None, None)
    >>> error.__notes__
    ['seen']
    """
    notes = error.__dict__.setdefault("__notes__", [])
    if isinstance(notes, list) and note not in notes:
        notes.append(note)
