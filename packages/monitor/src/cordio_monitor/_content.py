"""What a remembered record says: its message, its fields and what went wrong, not yet masked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from cordio_monitor._fields import exception
from cordio_monitor._masking import HIDDEN
from cordio_monitor._place import raised
from cordio_monitor._stage import Stages

if TYPE_CHECKING:
    from types import CodeType

    from cordio_monitor._event import Event
    from cordio_monitor._raw import Raw
    from cordio_monitor._span import span
    from cordio_monitor._stage import Group

__all__ = ["Content", "content", "summary", "text", "trace"]


class Content(NamedTuple):
    """What a record says.

    Parameters
    ----------
    message : str
        The message, or the name of what is timed or counted.
    fields : dict[str, object]
        The particulars.
    error : BaseException | None
        What went wrong.
    with_traceback : bool
        Whether it is shown with its traceback.
    group_id : str
        Of a span: the span of its stage that groups it; empty if there is none.
    groups : tuple[Group, ...]
        Of a closing record: the spans that stand for the stages of the event.
    place : tuple[CodeType, int] | None
        Of a closing record: the function and the instruction that formed the answer.
    """

    message: str
    fields: dict[str, object]
    error: BaseException | None = None
    with_traceback: bool = False
    group_id: str = ""
    groups: tuple[Group, ...] = ()
    place: tuple[CodeType, int] | None = None


def content(raw: Raw) -> Content:
    """Read what was remembered.

    Parameters
    ----------
    raw : Raw
        What was remembered.

    Returns
    -------
    Content
        What it says.
    """
    if raw[0] == "log" or raw[0] == "ledger":
        return Content(raw[3], raw[4], exception(raw[4]), True)
    if raw[0] == "event":
        return _annotated(_closing(raw[3], *raw[4]), raw[5].fields)
    if raw[0] == "span":
        return _span(raw[3], raw[2], *raw[4])
    if raw[0] == "count":
        return tuple.__new__(Content, (raw[3], {"n": raw[4]}, None, False, "", (), None))
    if raw[0] == "timing":
        return Content(raw[3], {"ms": raw[4]})

    from cordio_monitor._capture import captured

    return captured(raw[3])


def summary(error: BaseException) -> str:
    """Say in a line what went wrong.

    Parameters
    ----------
    error : BaseException
        What went wrong.

    Returns
    -------
    str
        The type and the message.

    Examples
    --------
    >>> summary(ValueError("too many"))
    'ValueError: too many'
    """
    said = text(error)
    return f"{type(error).__qualname__}: {said}" if said else type(error).__qualname__


def text(value: object) -> str:
    """Return the text of a value.

    Parameters
    ----------
    value : object
        Any value.

    Returns
    -------
    str
        Its text, ``***`` if it raises something.

    Raises
    ------
    KeyboardInterrupt
        If the program is interrupted.

    Examples
    --------
    >>> text(3)
    '3'
    """
    try:
        return str(value)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: B036  # whatever it is, the value raised it
        return HIDDEN


def trace(error: BaseException) -> str:
    """Show what went wrong with its traceback.

    Parameters
    ----------
    error : BaseException
        What went wrong.

    Returns
    -------
    str
        The traceback, with causes and notes.

    Examples
    --------
    >>> trace(ValueError("too many"))
    'ValueError: too many'
    """
    from traceback import format_exception

    return "".join(format_exception(error)).rstrip("\n")


def _annotated(found: Content, fields: Mapping[str, object] | None) -> Content:
    return found._replace(fields={**fields, **found.fields}) if fields else found


def _closing(event: Event, took: int, error: BaseException | None) -> Content:
    fields: dict[str, object] = {"status": event.status} if event.is_answered else {}
    fields["took_ms"] = took / 1e6
    if event.link:
        fields["links"] = [event.link]
    groups: tuple[Group, ...] = ()
    if event.stages is not None:
        fields["stages"] = event.stages.milliseconds()
        groups = event.stages.groups
    place = event.place
    if place is not None:
        fields["answered_by"] = event.answered_by
    elif error is not None and error.__traceback__ is not None:
        place, fields["answered_by"] = raised(error.__traceback__), "exception"
    # As everywhere here: the constructor of a named tuple takes as long as all the rest.
    closing = (event.name, fields, error, isinstance(error, Exception), "", groups, place)
    return tuple.__new__(Content, closing)


def _span(span: span, ended: int, took: int, error: BaseException | None) -> Content:
    fields: dict[str, object] = {"took_ms": took / 1e6}
    group = ""
    if span.stage is not None:
        fields["stage"] = span.stage
        if span.event.stages is None:
            span.event.stages = Stages()
        group = span.event.stages.add(span, ended, took)
    if span.point:
        fields["point"] = span.point
    if span.event.link and span.outer is None:
        fields["links"] = [span.event.link]
    if span.fields:
        fields = {**span.fields, **fields}
    return tuple.__new__(Content, (span.name, fields, error, False, group, (), None))
