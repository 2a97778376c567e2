"""Records of events, spans and counts as they usually are: of fields that the package itself makes.

Such a record is told with no look at each of its fields. Where there is something else in it, or a rule that
might hide one of these fields, it is told as any other: by `content` and `told`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from cordio_monitor._answer import UNANSWERED
from cordio_monitor._fields import told
from cordio_monitor._json_fields import quoted
from cordio_monitor._masked import masked, masked_place
from cordio_monitor._masking import mask_fields
from cordio_monitor._place import raised
from cordio_monitor._secret_leaves import LEAST, LONG
from cordio_monitor._secret_memory import Memory, memory
from cordio_monitor._stage import Stages

if TYPE_CHECKING:
    from cordio_monitor._event import Event
    from cordio_monitor._raw import Raw
    from cordio_monitor._scope import Scope
    from cordio_monitor._span import span
    from cordio_monitor._stage import Group

__all__ = ["usual"]

# The message; the fields, masked; the same as JSON; what went wrong, and whether it is shown with its
# traceback; the span of the stage; the spans of all the stages.
Usual: TypeAlias = "tuple[str, dict[str, object], str, BaseException | None, bool, str, tuple[Group, ...]]"
_OWN = dict.fromkeys("status took_ms stages answered_by file line function stage point n".split(), 0)
_LONGEST, _MOST = 128, 4096
K = TypeVar("K")
V = TypeVar("V")


class _Known:
    """What is known while the same rules hold: whether they leave our fields alone, and stages as JSON."""

    __slots__ = ("are_open", "memory", "stages", "tags")

    def __init__(self, held: Memory) -> None:
        self.memory = held
        self.are_open = not held.has_paths and mask_fields(_OWN) == _OWN
        self.stages: dict[str, tuple[str, str]] = {}
        self.tags: dict[tuple[str | None, str], tuple[dict[str, object], str]] = {}

    def stage(self, name: str) -> tuple[str, str]:
        """Tell how a stage is shown and written above its time; empty if that is hidden."""
        ((shown, time),) = mask_fields({name: 0}).items()
        # What is called a value may be hidden for what stands beside it.
        plain = time == 0 and shown not in ("value", "Value")
        return _kept(self.stages, name, (shown, f"{quoted(shown)}: ") if plain else ("", ""))

    def tag(self, stage: str | None, point: str) -> tuple[dict[str, object], str] | None:
        """Tell what a span says of its stage and its point; None if that has to be looked at."""
        given = {} if stage is None else {"stage": stage}
        fields, body, _ = told({**given, "point": point} if point else given)
        if body is None or len(stage or "") + len(point) > _LONGEST:
            return None
        return _kept(self.tags, (stage, point), (fields, body))


def _kept(found: dict[K, V], key: K, value: V) -> V:
    if len(found) >= _MOST:
        found.clear()
    found[key] = value
    return value


_known = _Known(memory.now)


def usual(raw: Raw) -> Usual | None:
    """Tell what was remembered of an event, a span or a count, if it is as usual.

    Parameters
    ----------
    raw : Raw
        What was remembered.

    Returns
    -------
    tuple or None
        What `content` and `told` say of it; None if these have to be asked.

    Examples
    --------
    >>> usual(("count", 10, 0, "reserved", 2, None))[:3]
    ('reserved', {'n': 2}, ', "n": 2')
    """
    global _known
    known = _known
    if known.memory is not memory.now:
        known = _known = _Known(memory.now)
    if not known.are_open:
        return None
    if raw[0] == "event":
        return _closing(raw[3], raw[5], known, *raw[4])
    if raw[0] == "span":
        return _span(raw[3], raw[2], known, *raw[4])
    if raw[0] == "count" and type(raw[4]) is int and LEAST < raw[4] < LONG:
        return raw[3], {"n": raw[4]}, f', "n": {raw[4]}', None, False, "", ()
    return None


def _closing(
    event: Event, scope: Scope, known: _Known, took: int, error: BaseException | None
) -> Usual | None:
    begun = _begun(event.status)
    if event.link or begun is None:
        return None
    fields, body = begun
    fields["took_ms"] = ms = took / 1e6
    body = f'{body}, "took_ms": {ms!r}'
    groups: tuple[Group, ...] = ()
    if event.stages is not None:
        times = _times(event.stages.took, known)
        if times is None:
            return None
        fields["stages"], groups = times[0], event.stages.groups
        body += times[1]
    place, by = event.place, event.answered_by
    if place is None and error is not None and error.__traceback__ is not None:
        place, by = raised(error.__traceback__), "exception"
    if place is not None:
        placed, more = masked_place(*place)
        fields["answered_by"] = by
        fields.update(placed)
        body = f'{body}, "answered_by": "{by}"{more}'
    with_traceback = isinstance(error, Exception)
    said = _with(scope.fields, fields, body) if scope.fields else (fields, body)
    return (event.name, *said, error, with_traceback, "", groups) if said is not None else None


def _begun(status: object) -> tuple[dict[str, object], str] | None:
    """Begin with the answer; None if it has to be looked at."""
    if type(status) is int and LEAST < status < LONG:
        return {"status": status}, f', "status": {status}'
    if type(status) is str and status:
        shown = masked(status)
        return {"status": shown}, f', "status": {quoted(shown)}'
    return ({}, "") if status is UNANSWERED else None


def _times(took: dict[str, int], known: _Known) -> tuple[dict[str, object], str] | None:
    """Tell how long each stage took; None if one of them is hidden, or two are shown alike."""
    shown: dict[str, object] = {}
    parts = []
    for stage, nanoseconds in took.items():
        name, start = known.stages.get(stage) or known.stage(stage)
        shown[name] = ms = nanoseconds / 1e6
        parts.append(f"{start}{ms!r}")
    whole = len(shown) == len(took) and "" not in shown
    return (shown, f', "stages": {{{", ".join(parts)}}}') if whole else None


def _span(span: span, ended: int, known: _Known, took: int, error: BaseException | None) -> Usual | None:
    tags = known.tags.get((span.stage, span.point)) or known.tag(span.stage, span.point)
    if span.event.link or tags is None:
        return None
    ms, (more, rest) = took / 1e6, tags
    fields: dict[str, object] = {"took_ms": ms, **more}
    body = f', "took_ms": {ms!r}{rest}'
    said = _with(span.fields, fields, body) if span.fields else (fields, body)
    if said is None:
        return None
    group = ""
    if span.stage is not None:
        if span.event.stages is None:
            span.event.stages = Stages()
        group = span.event.stages.add(span, ended, took)
    return (span.name, *said, error, False, group, ())


def _with(
    given: Mapping[str, object], own: dict[str, object], body: str
) -> tuple[dict[str, object], str] | None:
    """Put the fields of `annotate` before our own; None if some have the same name."""
    shown, begin, _ = told(given)
    if begin is None or not own.keys().isdisjoint(shown):
        return None
    shown.update(own)
    return shown, begin + body
