"""What the package itself says of events, spans and counts is told at once, as the plain way tells it."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordio_monitor import MaskSettings, Monitor
from cordio_monitor import _record as records
from cordio_monitor import annotate, count, span
from cordio_monitor._event import Event
from cordio_monitor._json import as_json
from cordio_monitor._policy import install
from cordio_monitor._raw import Raw
from cordio_monitor._record import develop
from cordio_monitor._usual import usual
from cordio_monitor.sinks import Record

TEXTS = [
    "stock",
    "password",
    "value",
    "Value",
    "time",
    "",
    "é",
    "token=hunter2",
    "name",
    "oak table",
    "\ud800",
]
NAMES = st.sampled_from([*TEXTS, "status", "took_ms", "stage", "file", "stages"])
STATUSES = st.one_of(
    st.integers(), st.none(), st.booleans(), st.floats(), st.sampled_from([*TEXTS, 4111111111111111])
)
SPANS = st.lists(st.tuples(NAMES, st.one_of(st.none(), NAMES), st.sampled_from(["", "queries"])), max_size=4)
FIELDS = st.dictionaries(NAMES, st.sampled_from([1, "A-1", "password=hunter2", None]), max_size=2)


def remembered(event: Event) -> list[Raw]:
    """Return what an event remembers when it is over, in the order in which it is delivered."""
    kept: list[Raw] = []
    event.outlet.drain = lambda event: kept.extend(event.records)  # type: ignore[method-assign]  # of this one
    return kept


@contextmanager
def plainly() -> Iterator[None]:
    """Let every record be told in the plain way."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "usual", lambda raw: None)
        yield


def told(raws: list[Raw]) -> list[Record]:
    for raw in raws:
        raw[5].where = None  # type: ignore[union-attr]  # all are of the event
        raw[5].event.stages = None  # type: ignore[union-attr]
    return [develop(raw, "orders") for raw in raws]


def happened(spans: list[tuple[str, str | None, str]], fields: dict[str, object], status: object) -> list[Raw]:
    with ExitStack() as stack:
        event = stack.enter_context(Monitor("orders", sinks=[]).incoming("POST /orders"))
        kept = remembered(event)
        stack.enter_context(annotate(**fields))
        for name, stage, point in spans:
            stack.enter_context(span(name, stage=stage, point=point))
            count(name or "n", 2)
        event.answered(status)
    return kept


def without_ids(record: Record) -> object:
    groups = [(group.stage, group.began, group.ended) for group in record.groups]
    return repr(record._replace(groups=(), group_id="", json="")), groups, bool(record.group_id)


@given(spans=SPANS, fields=FIELDS, status=STATUSES)
def test_a_usual_record_says_what_any_record_says(
    spans: list[tuple[str, str | None, str]], fields: dict[str, object], status: object
) -> None:
    raws = happened(spans, fields, status)
    assert raws
    with plainly():
        plain = told(raws)
    for record, other in zip(told(raws), plain, strict=True):
        assert without_ids(record) == without_ids(other)
        assert as_json(record) == (record.json or as_json(record)) and record.json == other.json
        assert "hunter2" not in record.line() and isinstance(json.loads(record.line()), dict)


def test_an_exception_stands_with_its_place_in_the_record_of_its_event() -> None:
    with pytest.raises(ValueError, match="no stock"):
        with Monitor("orders", sinks=[]).incoming("POST /orders") as event:
            kept = remembered(event)
            raise ValueError("no stock")
    (raw,) = kept
    (record,) = told(kept)
    assert usual(raw) is not None
    assert record.fields["answered_by"] == "exception" and record.fields["function"] == (
        "test_an_exception_stands_with_its_place_in_the_record_of_its_event"
    )
    assert record.error == "ValueError: no stock" and "raise ValueError" in record.traceback


@pytest.mark.parametrize(
    ("settings", "hidden"),
    [
        (MaskSettings(names=("status",)), '"status": "***"'),
        (MaskSettings(paths=("stages.stock",)), '"stages": {"stock": "***"}'),
        (MaskSettings(names=("stock",)), '"stages": {"stock": "***"}'),
        (MaskSettings(patterns=("POST /[a-z]+",)), '"message": "***"'),
    ],
    ids=["name", "path", "stage", "pattern"],
)
def test_a_rule_hides_what_was_told_at_once_before(settings: MaskSettings, hidden: str) -> None:
    raws = happened([("reserve", "stock", "")], {}, 201)
    assert all(hidden not in record.line() for record in told(raws))
    installed = install(settings)
    try:
        assert hidden in told(raws)[-1].line()
    finally:
        installed.remove()
    assert hidden not in told(raws)[-1].line()
