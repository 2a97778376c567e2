"""By context it is chosen what is recorded, and what it says."""

import asyncio
import logging

import pytest
from packages.monitor.tests.doubles import Collected, monitored

from cordio_monitor import (
    KindError,
    LogSettings,
    Monitor,
    annotate,
    count,
    level,
    log,
    only,
    quiet,
    rename,
    span,
    timing,
    trace_id,
)
from cordio_monitor._scope import current


def told(
    work: "asyncio.Future[None] | object", sink: Collected, settings: LogSettings | None = None
) -> Collected:
    """Run some work inside of an event."""

    async def main() -> None:
        async with Monitor("orders", [sink], settings or LogSettings(capture=False)) as monitor:
            with monitor.incoming("POST /orders"):
                assert callable(work)
                await work()

    asyncio.run(main())
    return sink


def everything() -> None:
    log.info("message")
    with span("piece"):
        count("number")
        timing("time", 1.0)


@pytest.mark.parametrize(
    ("stretch", "seen"),
    [
        (quiet("spans"), ["message", "number", "time"]),
        (quiet("logs", "metrics"), ["piece"]),
        (quiet("metrics"), ["message", "piece"]),
        (quiet(), []),
        (only("logs"), ["message"]),
        (only("spans", "metrics"), ["number", "time", "piece"]),
    ],
)
def test_kinds_of_records_are_chosen_by_context(stretch: quiet, seen: list[str]) -> None:
    async def work() -> None:
        with stretch:
            everything()
        log.info("after")

    assert told(work, Collected()).messages == [*seen, "after", "POST /orders"]


def test_inside_of_quiet_only_has_the_last_word() -> None:
    async def work() -> None:
        with quiet(), only("logs"), quiet("spans"):
            everything()

    assert told(work, Collected()).messages == ["message", "POST /orders"]


def test_what_is_said_inside_of_a_suppressed_span_belongs_to_the_span_around_it() -> None:
    async def work() -> None:
        with quiet("spans"), span("unseen"):
            log.info("message")

    sink = told(work, Collected())
    assert sink["message"].span_id == sink["POST /orders"].span_id


def test_child_tasks_and_threads_inherit_it_and_their_neighbours_do_not() -> None:
    async def work() -> None:
        async def child(name: str) -> None:
            with span(name):
                log.info(f"{name}.log")

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(child("seen"))
            with quiet("spans"):
                tasks.create_task(child("unseen"))
                await asyncio.to_thread(everything)

    messages = told(work, Collected()).messages
    assert "seen" in messages and "unseen.log" in messages and "number" in messages
    assert "unseen" not in messages and "piece" not in messages


def test_an_event_itself_can_be_kept_silent() -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink) as monitor:
            with quiet("events"), monitor.incoming("GET /healthcheck"):
                log.info("asked")

    asyncio.run(main())
    assert sink.messages == ["asked"]


def test_each_is_a_decorator_of_any_function_too() -> None:
    @quiet("spans")
    async def asleep() -> None:
        with span("unseen"):
            await asyncio.sleep(0)
            log.info("asleep")

    @only("logs")
    @annotate(order=7)
    def plain(n: int = 1) -> int:
        everything()
        return n

    async def work() -> None:
        await asyncio.gather(asleep(), asleep())
        assert plain(n=3) == 3
        rename("place")

    sink = told(work, Collected())
    assert sink.messages == ["asleep", "asleep", "message", "place"]
    assert (
        sink["message"].fields
        == {"order": 7}
        == {k: v for k, v in sink["place"].fields.items() if k == "order"}
    )


def test_annotations_stand_on_the_current_span_and_on_what_is_made_inside() -> None:
    async def work() -> None:
        with span("charge"):
            annotate(attempt=2)
            with annotate(order="A-1", password="hunter2"):
                log.info("inside", order="A-2")
                with span("call"):
                    await asyncio.create_task(asyncio.to_thread(log.info, "child"))
            log.info("outside")

    sink = told(work, Collected())
    charge = sink["charge"].fields
    assert (charge["attempt"], charge["order"], charge["password"]) == (2, "A-1", "***")
    assert sink["inside"].fields == {"order": "A-2", "password": "***"}
    assert sink["call"].fields["order"] == sink["child"].fields["order"] == "A-1"
    assert sink["outside"].fields == {} and "attempt" not in sink["call"].fields


def test_a_decorator_that_is_made_inside_of_an_event_marks_only_its_calls() -> None:
    async def work() -> None:
        @rename("never")
        @annotate(order=1)
        def never() -> None:
            """Is not called."""

    closing = told(work, Collected())["POST /orders"]
    assert "order" not in closing.fields


def test_the_current_span_or_the_event_is_renamed() -> None:
    async def work() -> None:
        with span("call"):
            rename("charge")
        with rename("place order"):
            log.info("message")

    sink = told(work, Collected())
    assert sink.messages == ["charge", "message", "place order"] and sink["message"].event == "place order"


def test_the_level_changes_for_a_stretch() -> None:
    async def work() -> None:
        log.debug("no")
        with level("debug"):
            log.debug("yes")
            with level("error"):
                log.warning("no")

    sink = told(work, Collected(), LogSettings(level="info", capture=False))
    assert sink.messages == ["yes", "POST /orders"]


@pytest.mark.parametrize(("header", "messages"), [("x-log-level", ["yes", "GET /"]), ("", ["GET /"])])
def test_a_caller_may_set_the_level_of_its_event_if_a_setting_allows_it(
    header: str, messages: list[str]
) -> None:
    sink = Collected()
    settings = LogSettings(level="info", capture=False, level_header=header)

    async def main() -> None:
        async with Monitor("orders", [sink], settings) as monitor:
            with monitor.incoming("GET /", headers=[(b"X-Log-Level", b"debug")]):
                log.debug("yes")
            log.debug("no")

    asyncio.run(main())
    assert sink.messages == messages


def test_standard_points_are_switched_off_by_name() -> None:
    sink = Collected()
    settings = LogSettings(capture=False, off=("queries", "incoming"))

    async def main() -> None:
        async with Monitor("orders", [sink], settings) as monitor:
            with monitor.incoming("GET /"):
                with span("SELECT orders", point="queries"):
                    log.info("message")
                with span("GET stock", point="calls"):
                    pass

    asyncio.run(main())
    assert sink.messages == ["message", "GET stock"] and sink["GET stock"].fields["point"] == "calls"


POINTS = "handlers services calls queries messages tasks retries start stop own".split()


@pytest.mark.parametrize("point", POINTS)
def test_each_point_is_switched_off_alone(point: str) -> None:
    sink = Collected()

    async def main() -> None:
        async with Monitor("orders", [sink], LogSettings(capture=False, off=(point,))) as monitor:
            with monitor.incoming("GET /"):
                for name in POINTS:
                    with span(name, point=name):
                        count(f"inside {name}")

    asyncio.run(main())
    spans = [record.message for record in sink.records if record.kind == "span"]
    counts = [record.message for record in sink.records if record.kind == "count"]
    assert spans == [name for name in POINTS if name != point] and len(counts) == len(POINTS)


def test_outside_of_an_event_a_point_that_is_switched_off_begins_no_trace(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sink, began = Collected(), []
    monkeypatch.setattr("cordio_monitor._span.new", lambda: began.append(1))

    async def main() -> None:
        async with Monitor("orders", [sink], LogSettings(capture=False, off=("queries",))):
            with span("SELECT orders", point="queries"):
                assert trace_id() is None
                log.info("message")

    asyncio.run(main())
    assert sink.messages == ["message"] and sink["message"].trace_id == "" and began == []


def test_what_libraries_log_is_quiet_too() -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink, capture=True):
            with quiet("logs"):
                logging.getLogger("library").warning("no")
            logging.getLogger("library").warning("yes")

    asyncio.run(main())
    assert sink.messages == ["yes"]


def test_a_kind_or_a_level_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(KindError, match="no kind is called 'span': there are logs, spans, metrics, events"):
        quiet("span")
    with pytest.raises(KindError, match="no level is called 'loud'"):
        level("loud")  # type: ignore[arg-type]  # what is tested
    assert current.get() is None
