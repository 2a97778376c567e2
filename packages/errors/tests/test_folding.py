"""Repeats of one exception in a short time."""

from __future__ import annotations

import asyncio
import gc
import logging
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordio_errors import Errors, Folding, Incident, LoggingRecorder, RetryMistake, answer, sleeping, to


class Notebook:
    def __init__(self) -> None:
        self.seen: list[Incident] = []

    def record(self, incident: Incident, /) -> None:
        self.seen.append(incident)


def failing(errors: Errors, error: type[Exception]) -> None:
    async def fail() -> None:
        raise error("refused")

    asyncio.run(errors.run(fail))


def test_repeats_are_folded_into_one_record_with_their_count() -> None:
    notebook = Notebook()
    errors = Errors(recorder=Folding(notebook, within="1m"))
    errors.on(OSError, answer=answer("unavailable"), commit=[to.log("error"), to.metric("down")])
    with sleeping() as clock:
        for _ in range(5):
            failing(errors, OSError)
        assert [one.count for one in notebook.seen] == [1, 1]
        failing(errors, RuntimeError)
        assert len(notebook.seen) == 3
        clock.advance("61s")
        failing(errors, OSError)
    told = [(one.destination.kind, one.count) for one in notebook.seen]
    assert told == [
        ("log", 1),
        ("metric", 1),
        ("exceptions", 1),
        ("log", 4),
        ("metric", 4),
        ("log", 1),
        ("metric", 1),
    ]
    assert str(notebook.seen[3].error) == "OSError: refused" and notebook.seen[3].error.__traceback__ is None


def test_what_was_folded_is_recorded_by_a_flush(caplog: pytest.LogCaptureFixture) -> None:
    folding = Folding(LoggingRecorder(), within="1h")
    errors = Errors(recorder=folding)
    errors.on(OSError, answer=answer("unavailable"), commit=[to.metric("down")])
    with caplog.at_level(logging.INFO, logger="cordio.errors"):
        for _ in range(3):
            failing(errors, OSError)
        folding.flush()
        folding.flush()
    texts = [record.getMessage() for record in caplog.records]
    assert [text.partition(":")[0] for text in texts] == ["metric down +1", "metric down +2"]
    assert "2 times" in texts[1]


def test_the_kinds_that_are_kept_are_bounded() -> None:
    notebook = Notebook()
    folding = Folding(notebook, within="1h")
    errors = Errors(recorder=folding)
    errors.on(OSError, answer=answer("unavailable"), commit=to.log("error"))

    async def fail(number: int) -> None:
        raise type(f"Error{number}", (OSError,), {})

    async def main() -> None:
        for number in range(1_100):
            await errors.run(fail, number)

    asyncio.run(main())
    assert len(notebook.seen) == 1_100 and len(folding._met) <= 1_000


def test_a_time_that_cannot_be_is_refused() -> None:
    with pytest.raises(RetryMistake, match=r"Folding\(within="):
        Folding(LoggingRecorder(), within="soon")


STEPS = [OSError, KeyError, ValueError, 10.0, 30.0, 50.0, 60.0]


@given(st.lists(st.sampled_from(STEPS), max_size=30))
def test_the_counts_add_up_to_what_happened_and_no_record_comes_within_the_time(
    steps: list[type[Exception] | float],
) -> None:
    notebook = Notebook()
    folding = Folding(notebook, within="1m")
    errors, happened = Errors(recorder=folding), Counter[type]()
    errors.on(Exception, answer=answer("invalid"), commit=to.metric("failures"))
    begun: dict[type, float] = {}
    with sleeping() as clock:
        moment = 0.0
        for step in steps:
            if isinstance(step, float):
                clock.advance(step)
                moment += step
                continue
            before = len(notebook.seen)
            failing(errors, step)
            happened[step] += 1
            new = not moment < begun.get(step, -1e9) + 60
            begun[step] = moment if new else begun[step]
            own = [one for one in notebook.seen[before:] if type(one.error) is step]
            assert len(own) == new
        folding.flush()
    told = Counter[str]()
    for one in notebook.seen:
        told[one.message.partition(":")[0]] += one.count
    assert told == {kind.__name__: times for kind, times in happened.items()}


def test_what_was_folded_is_recorded_at_the_exit_of_the_program() -> None:
    program = """
import asyncio, logging, sys
logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s")
from cordio_errors import Errors, Folding, LoggingRecorder, answer, to
errors = Errors(recorder=Folding(LoggingRecorder(), within="1h"))
errors.on(OSError, answer=answer("unavailable"), commit=to.metric("down"))
async def fail():
    raise OSError("refused")
async def main():
    for _ in range(5):
        await errors.run(fail)
asyncio.run(main())
print("end of the program", flush=True)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, timeout=60, capture_output=True, text=True
    )
    starts = [line.partition(":")[0] for line in done.stdout.splitlines()]
    assert (starts, done.stderr) == (["metric down +1", "end of the program", "metric down +4"], "")


def test_a_folding_that_nobody_needs_any_more_records_what_it_has() -> None:
    notebook = Notebook()
    errors = Errors(recorder=Folding(notebook, within="1h"))
    for _ in range(3):
        failing(errors, OSError)
    errors.recorder = notebook
    gc.collect()
    assert [one.count for one in notebook.seen] == [1, 2]


def test_a_recorder_that_fails_for_one_folded_record_gets_the_others() -> None:
    class Picky(Notebook):
        def record(self, incident: Incident, /) -> None:
            if incident.count > 1 and incident.destination == to.trace():
                raise ZeroDivisionError
            super().record(incident)

    picky = Picky()
    errors = Errors(recorder=Folding(picky, within="1m"))
    errors.on(OSError, answer=answer("unavailable"), commit=[to.trace(), to.log("error"), to.metric("down")])
    with sleeping() as clock:
        for _ in range(3):
            failing(errors, OSError)
        clock.advance("2m")
        failing(errors, KeyError)
    told = [(one.destination.kind, one.count) for one in picky.seen]
    assert told[-3:] == [("log", 2), ("metric", 2), ("exceptions", 1)] and errors.failed_records == 1


def test_threads_that_fail_at_once_are_all_counted() -> None:
    notebook = Notebook()
    folding = Folding(notebook, within="1h")
    errors = Errors(recorder=folding)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(failing, [errors] * 200, [OSError] * 200))
    folding.flush()
    assert [one.count for one in notebook.seen] == [1, 199]
