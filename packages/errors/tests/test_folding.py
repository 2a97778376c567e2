"""Repeats of one exception in a short time."""

from __future__ import annotations

import asyncio
import logging

import pytest

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
