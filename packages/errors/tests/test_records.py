"""What is recorded, where and how often."""

from __future__ import annotations

import asyncio
import logging
import threading

import pytest

from cordio_errors import (
    Destination,
    DestinationError,
    Errors,
    Incident,
    LoggingRecorder,
    Origin,
    Outcome,
    RecorderError,
    Retry,
    answer,
    to,
)


class SoldOut(Exception):
    left = 3


def test_a_fact_says_what_where_and_what_was_answered(errors: Errors, seen: list[Incident]) -> None:
    errors.on(SoldOut, answer=answer("sold_out"), commit=[to.log("warning"), to.metric("sold"), to.trace()])
    errors.catalogue({"sold_out": {"http": {"status": 409}, "log": "{left} left"}})
    error = SoldOut("secret")

    async def reserve() -> None:
        raise error

    async def place() -> None:
        await reserve()

    outcome = asyncio.run(errors.run(place))
    assert outcome.answer is not None
    assert [one.destination for one in seen] == [
        Destination("log", "warning"),
        Destination("metric", "sold"),
        Destination("trace"),
    ]
    for one in seen:
        assert (one.code, one.status, one.message, one.attempts) == ("sold_out", 409, "3 left", 1)
        assert one.error is error and not one.unexpected and one.id == outcome.answer.incident
        assert one.layer.endswith("place") and one.where is not None
        assert (one.where.file, one.where.function.rpartition(".")[2]) == (__file__, "reserve")
        assert one.where.line == reserve.__code__.co_firstlineno + 1


def test_without_a_text_for_logs_the_exception_speaks(errors: Errors, seen: list[Incident]) -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    errors.on(Exception, answer=answer("invalid"), commit=to.log("error"))
    for error in (ValueError("bad"), ValueError(), Mute()):
        asyncio.run(errors.run(raising(error)))
    messages = [incident.message for incident in seen]
    assert messages[:2] == ["ValueError: bad", "ValueError"] and "Mute" in messages[2]


def test_an_answer_needs_no_record_but_nothing_else_goes_unseen(errors: Errors, seen: list[Incident]) -> None:
    errors.on(ValueError, answer=answer("invalid"))
    errors.on(OSError, retry=Retry(attempts=2))
    errors.on(KeyError, commit=to.metric("keys"))
    for error in (ValueError(), OSError(), KeyError()):
        asyncio.run(errors.run(raising(error)))
    assert [(one.destination.kind, one.code, one.unexpected) for one in seen] == [
        ("exceptions", "internal", False),
        ("metric", "internal", False),
    ]


def test_one_incident_is_recorded_once_however_many_layers_it_passes(
    errors: Errors, seen: list[Incident]
) -> None:
    errors.on(OSError, answer=answer("unavailable"), commit=to.log("error"), retry=Retry(attempts=2, wait=0))

    @errors.service
    async def connect() -> None:
        raise ConnectionError("refused")

    @errors.handler
    async def inner() -> None:
        await connect()

    @errors.handler
    async def outer() -> None:
        await inner()

    async def chain() -> None:
        await outer()

    outcome = asyncio.run(errors.run(chain))
    [incident] = seen
    assert outcome.answer is not None and outcome.answer.incident == incident.id
    assert incident.attempts == 2 and incident.layer.endswith("inner")


def test_one_exception_object_raised_again_is_another_incident(errors: Errors, seen: list[Incident]) -> None:
    shared = ConnectionError("the start failed")
    first = asyncio.run(errors.run(raising(shared)))
    second = asyncio.run(errors.run(raising(shared)))
    assert first.answer is not None and second.answer is not None
    assert [incident.id for incident in seen] == [first.answer.incident, second.answer.incident]
    assert len({incident.id for incident in seen}) == 2


def test_an_exception_that_refuses_attributes_is_judged_like_any(errors: Errors, seen: list[Incident]) -> None:
    class Closed(OSError):
        def __setattr__(self, name: str, value: object) -> None:
            raise AttributeError(name)

    errors.on(Closed, retry=Retry(attempts=2, wait=0), answer=answer("unavailable"), commit=to.log("error"))

    @errors.service
    async def connect() -> None:
        raise Closed("x")

    outcome = asyncio.run(errors.run(connect))
    assert outcome.answer is not None and outcome.answer.status == 503
    assert seen[0].attempts == 2 and "attempt 1" in seen[0].error.__notes__[0]


def test_a_recorder_that_fails_changes_nothing_and_is_counted() -> None:
    class Broken:
        def record(self, incident: Incident, /) -> None:
            raise ZeroDivisionError

    errors = Errors(recorder=Broken())
    errors.on(ValueError, answer=answer("invalid"), commit=[to.log("info"), to.trace()])
    outcome = asyncio.run(errors.run(raising(ValueError())))
    assert outcome.answer is not None and outcome.answer.code == "invalid"
    assert errors.failed_records == 2
    outcome = asyncio.run(errors.run(raising(RuntimeError())))
    assert outcome.answer is not None and outcome.answer.code == "internal"
    assert errors.failed_records == 3


def test_the_first_failure_of_a_recorder_is_told_by_logging(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def record(self, incident: Incident, /) -> None:
            raise ConnectionError("disk is full")

    errors = Errors(recorder=Broken())
    for _ in range(3):
        asyncio.run(errors.run(raising(ValueError())))
    [told] = [record.getMessage() for record in caplog.records if record.name == "cordio.errors"]
    assert "Broken failed" in told and "ConnectionError: disk is full" in told and errors.failed_records == 3


def test_what_cannot_take_records_is_refused_when_it_is_set() -> None:
    class Silent:
        pass

    class Async:
        async def record(self, incident: Incident, /) -> None:
            raise AssertionError

    for recorder, complaint in ((Silent(), "has no method `record"), (Async(), "is async, and nobody awaits")):
        with pytest.raises(RecorderError, match=complaint):
            Errors(recorder=recorder)  # type: ignore[arg-type]  # the mistake under test
        errors = Errors()
        with pytest.raises(RecorderError, match=complaint):
            errors.recorder = recorder  # type: ignore[assignment]  # the mistake under test
        assert isinstance(errors.recorder, LoggingRecorder)


def test_control_flow_out_of_a_recorder_is_not_held_back() -> None:
    class Interrupted:
        def record(self, incident: Incident, /) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(Errors(recorder=Interrupted()).run(raising(ValueError())))


def test_a_cancellation_while_a_slow_recorder_runs_is_neither_lost_nor_changes_the_answer() -> None:
    begun, going_on, met = threading.Event(), threading.Event(), list[Incident]()

    class Slow:
        def record(self, incident: Incident, /) -> None:
            begun.set()
            assert going_on.wait(30)
            met.append(incident)

    errors = Errors(recorder=Slow())
    outcomes = list[Outcome]()

    async def event() -> None:
        outcomes.append(await errors.run(raising(ValueError())))
        await asyncio.get_running_loop().create_future()

    async def main() -> None:
        task, loop = asyncio.create_task(event()), asyncio.get_running_loop()

        def cancel() -> None:
            assert begun.wait(30)
            loop.call_soon_threadsafe(task.cancel)
            going_on.set()

        thread = threading.Thread(target=cancel)
        thread.start()
        await asyncio.wait([task], timeout=30)
        thread.join(30)
        assert task.cancelled()

    asyncio.run(main())
    assert len(met) == len(outcomes) == 1 and outcomes[0].answer is not None


def test_a_recorder_can_be_set_later() -> None:
    errors, met = Errors(), list[str]()

    class Names:
        def record(self, incident: Incident, /) -> None:
            met.append(incident.code)

    assert isinstance(errors.recorder, LoggingRecorder)
    errors.recorder = Names()
    asyncio.run(errors.run(raising(ValueError())))
    assert met == ["internal"] and isinstance(errors.recorder, Names)


def test_alone_it_records_through_logging(caplog: pytest.LogCaptureFixture) -> None:
    errors = Errors()
    errors.on(
        OSError,
        retry=Retry(attempts=2, wait=0),
        answer=answer("unavailable"),
        commit=[to.log("critical"), to.metric("down"), to.trace(), to.exceptions()],
    )

    @errors.service
    async def connect() -> None:
        raise OSError("refused")

    with caplog.at_level(logging.DEBUG, logger="cordio.errors"):
        outcome = asyncio.run(errors.run(connect))
    assert outcome.answer is not None
    assert {record.name for record in caplog.records} == {"cordio.errors"}
    levels = [record.levelname for record in caplog.records]
    assert levels == ["CRITICAL", "INFO", "INFO", "ERROR"]
    texts = [record.getMessage() for record in caplog.records]
    starts = ("OSError: refused", "metric down +1: OSError", "trace: OSError", "OSError: refused")
    for text, start in zip(texts, starts, strict=True):
        assert text.startswith(start) and outcome.answer.incident in text
        assert "answered 503" in text and "attempts 2" in text and "test_records.py:" in text
    assert [record.exc_info is not None for record in caplog.records] == [False, False, False, True]


def test_an_exception_that_was_never_raised_has_no_place(errors: Errors, seen: list[Incident]) -> None:
    errors.on(ValueError, answer=answer("invalid"), commit=to.log("error"))
    asyncio.run(errors.run(raising(ExceptionGroup("one", [ValueError("never raised")]))))
    assert seen[0].where is None
    recorder = LoggingRecorder()
    recorder.record(seen[0])


def test_a_place_leaves_out_the_frames_of_this_package(errors: Errors) -> None:
    async def call() -> None:
        await errors.service(raising(ValueError()))()

    try:
        asyncio.run(call())
    except ValueError as error:
        where = Origin.raised(error)
    assert where is not None and where.file == __file__


def test_exceptions_that_refer_to_each_other_are_gone_through_once(errors: Errors) -> None:
    errors.on(OSError, retry=Retry(attempts=2, wait=0), answer=answer("unavailable"))
    one, other = OSError("one"), OSError("other")
    one.__cause__, other.__cause__, other.__context__ = other, one, other
    outcome = asyncio.run(errors.run(errors.service(raising(one))))
    assert outcome.answer is not None and outcome.answer.status == 503
    one.__cause__ = other.__cause__ = other.__context__ = None


class raising:
    """A handler that raises."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def __call__(self) -> None:
        raise self._error


def test_facts_go_to_tables_and_queues_with_the_rule_that_sent_them(
    errors: Errors, seen: list[Incident], caplog: pytest.LogCaptureFixture
) -> None:
    errors.on(SoldOut, answer=answer("invalid"), commit=[to.table("incidents"), to.queue("mail")])
    asyncio.run(errors.run(raising(SoldOut())))
    assert [one.destination for one in seen] == [
        Destination("table", "incidents"),
        Destination("queue", "mail"),
    ]
    rule = seen[0].rule
    assert rule is not None and rule.file == __file__ and rule.function.startswith("test_facts_go")
    with caplog.at_level(logging.INFO, logger="cordio.errors"):
        for one in seen:
            LoggingRecorder().record(one)
    assert [record.getMessage().partition(": ")[0] for record in caplog.records] == [
        "table incidents",
        "queue mail",
    ]
    with pytest.raises(DestinationError, match="write the name of the table"):
        to.table(" ")
