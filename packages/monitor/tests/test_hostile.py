"""Whatever a value, a name or a sink raises, the rest is delivered and the books tell of it."""

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from packages.monitor.tests.doubles import Collected, monitored

from cordio_monitor import (
    AlreadyEntered,
    LogSettings,
    Monitor,
    SettingError,
    annotate,
    level,
    log,
    mask,
    only,
    quiet,
    span,
)
from cordio_monitor._control import controls
from cordio_monitor._json_fields import written
from cordio_monitor._ledger import Account
from cordio_monitor._scope import current
from cordio_monitor.sinks import File, Record, Sink

WORST = [SystemExit(3), asyncio.CancelledError(), GeneratorExit(), RuntimeError("no text")]


class Untold:
    """Has no text."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __str__(self) -> str:
        raise self.error


class UntoldError(Exception):
    """Has no message."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(error)
        self.error = error

    def __str__(self) -> str:
        raise self.error


def ids(error: BaseException) -> str:
    return type(error).__name__


@pytest.mark.parametrize("worst", WORST, ids=ids)
def test_a_value_without_a_text_is_hidden_and_the_rest_is_delivered(worst: BaseException) -> None:
    sink = Collected()

    async def main() -> Monitor:
        async with monitored(sink) as monitor:
            log.info("placing", sku="A-1", of=Untold(worst))
            log.error("failing", sku="A-1", error=UntoldError(worst))
            log.info(Untold(worst), sku="A-2")  # type: ignore[arg-type]
            with monitor.incoming(Untold(worst)):  # type: ignore[arg-type]
                log.info("inside")
            log.info("after")
            sink.wait_for("after")
            assert monitor.health().ok
        return monitor

    asyncio.run(main())
    assert sink["placing"].fields == {"sku": "A-1", "of": "***"}
    assert sink["failing"].error == "UntoldError: ***"
    assert sink["***"].fields == {"sku": "A-2"}
    assert sink["inside"].event == "***"


@pytest.mark.parametrize("worst", WORST, ids=ids)
def test_a_sink_that_raises_the_worst_goes_on_and_is_not_healthy(worst: BaseException) -> None:
    class Choosy(Collected):
        def write(self, records: Sequence[Record]) -> None:
            if any(record.message == "bad" for record in records):
                raise worst
            super().write(records)

    sink = Choosy()

    async def main() -> None:
        async with monitored(sink) as monitor:
            log.info("bad")
            log.info("good")
            sink.wait_for("good")
            account = monitor.state().sinks["Choosy"]
            assert (account.failed, account.causes) == (1, {f"failed: {type(worst).__name__}": 1})
            assert account.balances and not monitor.health().ok

    asyncio.run(main())


@pytest.mark.parametrize("worst", WORST, ids=ids)
def test_a_record_that_a_sink_cannot_choose_has_failed_alone(worst: BaseException) -> None:
    class Choosy(Collected):
        def takes(self, record: Record) -> bool:
            if record.message == "bad":
                raise worst
            return Sink.takes(self, record)

    sink = Choosy()

    async def main() -> None:
        async with monitored(sink) as monitor:
            log.info("bad")
            log.info("good")
            sink.wait_for("good")
            account = monitor.state().sinks["Choosy"]
            assert (account.failed, account.causes) == (1, {f"failed: {type(worst).__name__}": 1})
            assert account.balances and not monitor.health().ok

    asyncio.run(main())


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("{'tokens': ['aaa', 'hunter2'], 'sku': 1}", "{'tokens': ***, 'sku': 1}"),
        ("{'credentials': {'user': 'ann', 'x': 'hunter2'}} done", "{'credentials': ***} done"),
        ("tokens=('a', 'hunter2') sku=1", "tokens=*** sku=1"),
        ('{"tokens": ["a]", "hunter2"], "sku": 1}', '{"tokens": ***, "sku": 1}'),
        (r'{"tokens": ["a\"]", "hunter2"], "sku": 1}', '{"tokens": ***, "sku": 1}'),
        (r'"{\"tokens\": [\"a]\", \"hunter2\"], \"sku\": 1}"', r'"{\"tokens\": ***, \"sku\": 1}"'),
        (r"{'tokens': ['a\\', 'x]', 'hunter2'], 'sku': 1}", "{'tokens': ***, 'sku': 1}"),
        ("tokens=deque(['a', 'hunter2']) sku=1", "tokens=*** sku=1"),
        ("tokens=['a', ('hunter2'] hunter2", "tokens=***"),
        ("{'tokens': ['a', 'hunter2", "{'tokens': ***"),
        ("token=[a]hunter2 sku=1", "token=*** sku=1"),
        ('password="""hunter2"""', "password=***"),
        ("password='''hun\nter2''' sku=1", "password=*** sku=1"),
        ('password="""hunter2', "password=***"),
        ('password="" sku=1', "password=*** sku=1"),
    ],
)
def test_a_secret_of_many_items_is_hidden_whole(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize("stretch", [quiet("logs"), only("spans"), level("error")])
def test_a_stretch_is_entered_by_tasks_that_overlap_and_twice_by_one(stretch: quiet | level) -> None:
    async def work(begun: asyncio.Event, end: asyncio.Event) -> bool:
        with stretch:
            begun.set()
            await end.wait()
            with stretch:
                log.info("never seen")
            within = controls.get()
        return within is not None and controls.get() is None

    async def main() -> list[bool]:
        events = [asyncio.Event() for _ in range(4)]
        first = asyncio.create_task(work(events[0], events[1]))
        await events[0].wait()
        second = asyncio.create_task(work(events[2], events[3]))
        await events[2].wait()
        events[1].set()
        await first
        events[3].set()
        return [first.result(), await second]

    assert asyncio.run(main()) == [True, True]


def test_a_span_that_is_entered_again_is_refused_and_the_event_goes_on() -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink) as monitor:
            with monitor.incoming("POST /orders") as event:
                piece = span("piece")
                with piece:
                    with pytest.raises(AlreadyEntered, match="'piece'"), piece:
                        pass
                    assert current.get() is piece
                with pytest.raises(AlreadyEntered), piece:
                    pass
                assert current.get() is not None and current.get() is not piece
                event.answered(200)

    asyncio.run(main())
    assert sink.messages.count("piece") == 1
    assert sink["POST /orders"].fields["status"] == 200


@pytest.mark.parametrize("keep", ["2", -1, 1.5, True, None])
def test_a_number_of_files_that_is_none_is_refused(keep: object) -> None:
    with pytest.raises(SettingError, match="keep"):
        File("main.log", keep=keep)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("keep", "a"),
        ("keep", -1),
        ("slow", "a"),
        ("slow", -1),
        ("slow", float("nan")),
        ("slow", True),
        ("buffer", "a"),
        ("buffer", 1.5),
        ("buffer_size", "0"),
    ],
)
def test_a_setting_that_means_nothing_is_refused(option: str, value: object) -> None:
    with pytest.raises(SettingError, match=f"log.{option}"):
        LogSettings(**{option: value})  # type: ignore[arg-type]


def test_a_field_of_a_library_under_any_name_is_told_and_costs_no_neighbour() -> None:
    sink = Collected()
    odd: dict[Any, int] = {1: 2, None: 3, (1, 2): 4}

    async def main() -> None:
        async with monitored(sink, capture=True):
            log.info("before")
            logging.getLogger("library").warning("odd", extra=odd)
            log.info("after")

    asyncio.run(main())
    assert sink.messages == ["before", "odd", "after"]
    line = json.loads(sink["odd"].line())
    assert (line["1"], line["None"], line["(1, 2)"]) == (2, 3, 4)


def test_a_record_without_a_line_is_told_without_its_fields_and_costs_no_neighbour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sink = Collected()

    def failing(fields: Mapping[str, object]) -> str:
        if "sku" in fields:
            raise TypeError("not serialisable")
        return written(fields)

    # A value beside which a label may stand, so that the fields are written once more.
    monkeypatch.setattr("cordio_monitor._json.written", failing)
    monkeypatch.setattr("cordio_monitor._fields.written", failing)

    async def main() -> None:
        async with monitored(sink):
            for name in ("before", "placing", "after"):
                log.info(name, **({"sku": "A-1", "value": 1} if name == "placing" else {}))

    asyncio.run(main())
    assert sink.messages == ["before", "placing", "after"]
    assert sink["placing"].fields == {"***": "***"}


def test_a_text_without_end_is_shown_as_far_as_it_can_be_masked_at_once() -> None:
    text = f"password=hunter2 {'x' * 3_000_000} password=hunter2"
    for shown in (str(mask(text)), str(mask((text,))), str(mask(ValueError(text)))):
        assert "hunter2" not in shown and " characters)" in shown[-20:]
        assert 2**20 - 2**13 < len(shown) < 2**20


@pytest.mark.parametrize("number", [10**5000, -(10**5000)], ids=["large", "small"])
def test_a_number_that_python_cannot_write_is_hidden_alone(number: int) -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink):
            log.info("placing", sku="A-1", number=number)
            with span("reserve"):
                annotate(number=number)

    asyncio.run(main())
    assert sink["placing"].fields == {"sku": "A-1", "number": "***"}
    assert sink["reserve"].fields["number"] == "***"
    assert mask({"number": number}) == {"number": "***"}


def test_a_sink_that_empties_the_list_that_it_gets_has_written_it() -> None:
    class Emptying(Sink):
        def write(self, records: Sequence[Record]) -> None:
            assert isinstance(records, list)
            records.clear()

    async def main() -> Monitor:
        async with monitored(Emptying()) as monitor:
            log.info("first")
            log.info("second")
        return monitor

    assert asyncio.run(main()).state().sinks["Emptying"] == Account(accepted=2, written=2)
