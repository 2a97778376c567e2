"""One event of a stream (HTML Living Standard, section 9.2, Server-sent events)."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ServerSentEvent"]


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    """What a handler of ``sse`` yields, where the bare data do not say enough.

    Parameters
    ----------
    data : object
        A text, sent as it is, in as many lines as it has; other data are sent as JSON. None for no data: a
        browser takes note of the id and tells nobody.
    event : str or None
        What the browser's listener is called; ``message`` unless given.
    id : str or None
        What a browser that comes again says in ``Last-Event-ID``.
    retry : int or None
        After how many milliseconds a browser that lost the connection is to come again.
    comment : str or None
        What nobody is told.

    Raises
    ------
    ValueError
        If the name or the id has a line break, which would begin another field, or the id a null character,
        for which a browser ignores it.

    Examples
    --------
    >>> ServerSentEvent({"price": 7}, event="price", id="41").id
    '41'
    >>> ServerSentEvent("x", id="4\\nevent: paid")
    Traceback (most recent call last):
    ValueError: the id of an event stands in one line, and '4\\nevent: paid' does not
    """

    data: object = None
    event: str | None = None
    id: str | None = None
    retry: int | None = None
    comment: str | None = None

    def __post_init__(self) -> None:
        """Refuse what would be read as something else."""
        for name, value in (("name", self.event), ("id", self.id)):
            if value is not None and not isinstance(value, str):
                raise ValueError(f"the {name} of an event is a text, not {value!r}")
            if value is not None and set("\r\n") & set(value):
                raise ValueError(f"the {name} of an event stands in one line, and {value!r} does not")
        if self.id is not None and "\0" in self.id:
            raise ValueError(f"the id of an event has no null character, and {self.id!r} has one")
        if self.retry is not None and (type(self.retry) is not int or self.retry < 0):
            raise ValueError(f"retry={self.retry!r} is no number of milliseconds: write 3000")
