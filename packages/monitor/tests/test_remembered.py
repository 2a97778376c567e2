"""What comes again and again is worked out once, and as long as that is right."""

import asyncio
import gc
import json
import os
import subprocess
import sys
from string import ascii_lowercase

import pytest
from packages.monitor.tests.doubles import Collected, monitored

from cordio_monitor import LogSettings, MaskSettings, Monitor, log, span
from cordio_monitor._event import Event
from cordio_monitor._identity import new
from cordio_monitor.sinks import Record


def test_a_message_that_was_shown_is_masked_as_soon_as_a_rule_says_so() -> None:
    before, after = Collected(), Collected()

    async def said(sink: Collected, masking: MaskSettings | None) -> None:
        async with Monitor("orders", [sink], LogSettings(capture=False), masking=masking) as monitor:
            with monitor.incoming("mail to ann@example.org"):
                log.info("writing to ann@example.org")

    asyncio.run(said(before, None))
    asyncio.run(said(after, MaskSettings(emails=True)))
    assert before.messages == ["writing to ann@example.org", "mail to ann@example.org"]
    assert after.messages == ["writing to ***", "mail to ***"]
    assert after.records[0].event == "mail to ***"


def test_very_many_different_messages_are_each_told_as_they_are() -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink):
            for number in range(9_000):
                log.info(f"order {number} has token=hunter{number}", **{f"field{number}": number})

    asyncio.run(main())
    assert sink.messages == [f"order {number} has token=***" for number in range(9_000)]
    lines = [json.loads(record.line()) for record in sink.records]
    assert all(line[f"field{number}"] == number for number, line in enumerate(lines))


def test_a_record_that_is_replaced_has_a_line_of_its_own() -> None:
    record = Record("log", "info", 0, "orders", "", "placing", {})
    assert "placing" in record.line()
    assert "paying" in record._replace(message="paying").line()


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"a": {"b": None}, "c": [1, True]}, {"a": {"b": None}, "c": [1, True]}),
        ({"a": float("inf"), "b": float("nan")}, {"a": "inf", "b": "nan"}),
        ({1: 2, None: 3, 2.5: "x", 'q"': 1}, {"1": 2, "null": 3, "2.5": "x", 'q"': 1}),
        (dict.fromkeys(ascii_lowercase, 1.5), dict.fromkeys(ascii_lowercase, 1.5)),
        ({"a": [{"b": float("-inf")}]}, {"a": [{"b": "-inf"}]}),
        (-0.0, -0.0),
        (1e300, 1e300),
        ("", None),
    ],
)
def test_any_masked_value_is_valid_json(value: object, written: object) -> None:
    line = json.loads(Record("log", "info", 0, "orders", "", "placing", {"value": value}).line())
    assert line.get("value") == written


def test_the_ids_of_very_many_traces_differ() -> None:
    assert len({new().trace_id for _ in range(1_000)}) == 1_000


def test_an_event_that_was_delivered_is_freed_without_the_garbage_collector() -> None:
    async def main() -> None:
        async with monitored(Collected()) as monitor:
            for _ in range(20):
                with monitor.incoming("POST /orders") as event, span("reserve", stage="stock"):
                    log.info("placing")
                    event.answered(201)

    def events() -> int:
        return sum(isinstance(known, Event) for known in gc.get_objects())

    gc.collect()
    gc.disable()
    try:
        before = events()
        asyncio.run(main())
        assert events() == before
    finally:
        gc.enable()


FORKING = """
import os
from cordio_monitor import Monitor
from cordio_monitor.sinks import Sink

def ids():
    events = [Monitor("orders", []).incoming("GET /") for _ in range(50)]
    return {event.trace_id for event in events} | {event.span_id(0) for event in events}

ids()
read, write = os.pipe()
if os.fork() == 0:
    os.write(write, " ".join(ids()).encode())
    os._exit(0)
os.close(write)
mine, theirs = ids(), set(os.fdopen(read).read().split())
os.wait()
print(len(mine), len(theirs), len(mine & theirs))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_child_process_draws_ids_of_its_own() -> None:
    done = subprocess.run([sys.executable, "-c", FORKING], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("100 100 0\n", "")
