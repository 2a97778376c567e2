"""How a failed call is repeated, and when it is not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest

from cordio_errors import (
    Budget,
    DeadlineExceeded,
    Errors,
    Failure,
    LimitExceeded,
    Retry,
    RetryMistake,
    answer,
    deadline,
    sleeping,
)
from cordio_errors._hint import hinted
from cordio_errors._identity import new_id


class Busy(Exception):
    def __init__(self, retry_after: object) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


def counted(errors: Errors, error: Callable[[], Exception]) -> tuple[Callable[[], None], list[int]]:
    """A service that always fails, and the list that grows with its calls."""
    calls: list[int] = []

    @errors.service
    def fail() -> None:
        calls.append(len(calls))
        raise error()

    return fail, calls


def test_replaced_waits_take_no_time_and_count_for_the_limit(errors: Errors) -> None:
    errors.on(OSError, retry=Retry(attempts=9, wait="1h", within="150m"))
    fail, calls = counted(errors, OSError)

    @errors.service
    async def fail_later() -> None:
        raise OSError

    begun = time.monotonic()
    with sleeping() as clock, pytest.raises(OSError):
        fail()
    assert (len(calls), clock.waits) == (3, [3600.0, 3600.0])
    waited: list[float] = []

    async def by(seconds: float) -> None:
        waited.append(seconds)

    async def main() -> None:
        with sleeping(by), pytest.raises(OSError):
            await fail_later()

    asyncio.run(main())
    assert waited == [3600.0, 3600.0] and time.monotonic() - begun < 60


def test_a_budget_stops_a_storm_and_successes_refill_it(errors: Errors) -> None:
    budget = Budget(tokens=4, ratio=0.5)
    errors.on(OSError, retry=Retry(attempts=9, wait=0, budget=budget))
    fail, calls = counted(errors, OSError)
    with pytest.raises(OSError) as caught:
        fail()
    assert (len(calls), budget.left) == (2, 2.0)
    assert any("retry budget is spent" in note for note in caught.value.__notes__)
    with pytest.raises(OSError):
        fail()
    assert len(calls) == 3
    for _ in range(9):
        budget.succeeded()
    assert budget.left == 4.0
    with pytest.raises(OSError):
        fail()
    assert len(calls) == 5


@pytest.mark.parametrize(
    ("tokens", "ratio"), [(0, 1), (1, 0), (True, 1), (float("nan"), 1), (1, float("inf"))]
)
def test_a_budget_that_cannot_be_is_refused(tokens: float, ratio: float) -> None:
    with pytest.raises(RetryMistake, match=r"^Budget\((tokens|ratio)=\.\.\.\): "):
        Budget(tokens, ratio)


def test_nested_layers_multiply_only_if_asked_to(errors: Errors) -> None:
    errors.on(OSError, retry=Retry(attempts=3, wait=0, nested=True))
    fail, calls = counted(errors, OSError)
    with pytest.raises(OSError):
        errors.service(errors.service(fail))()
    assert len(calls) == 27


def test_the_wait_that_an_exception_asks_for_is_kept(errors: Errors) -> None:
    errors.on(Busy, retry=Retry(attempts=2, wait="1ms..5ms"))
    fail, calls = counted(errors, lambda: Busy(7))
    with sleeping() as clock, pytest.raises(Busy):
        fail()
    assert (len(calls), clock.waits) == (2, [7.0])


@pytest.mark.parametrize(
    ("hint", "within", "note"),
    [(-1, None, "asks not to be"), (3600, None, "no limit allows"), (7, "5s", "")],
)
def test_a_wait_that_cannot_be_kept_ends_the_repeats(
    errors: Errors, hint: float, within: str | None, note: str
) -> None:
    errors.on(Busy, retry=Retry(attempts=2, wait=0, within=within))
    fail, calls = counted(errors, lambda: Busy(hint))
    with sleeping() as clock, pytest.raises(Busy) as caught:
        fail()
    assert (len(calls), clock.waits) == (1, [])
    assert note in "".join(getattr(caught.value, "__notes__", []))


def test_a_hint_can_be_read_in_another_way(errors: Errors) -> None:
    errors.on(
        Busy, retry=Retry(attempts=2, wait="1h", hint=lambda error: 3.0 if isinstance(error, Busy) else None)
    )
    fail, _ = counted(errors, lambda: Busy(99))
    with sleeping() as clock, pytest.raises(Busy):
        fail()
    assert clock.waits == [3.0]


@pytest.mark.parametrize(
    ("written", "seconds"),
    [(5, 5.0), ("120", 120.0), ("1m", 60.0), (timedelta(seconds=3), 3.0), (-2, -1.0)]
    + [(True, None), ("soon", None), (object(), None), (float("nan"), None), ("1", 1.0)],
)
def test_hints_are_read_from_the_exception(written: object, seconds: float | None) -> None:
    assert hinted(Busy(written)) == seconds


def test_hints_are_read_from_the_headers_of_a_response() -> None:
    class Response:
        headers = {"retry-after": "5"}

    class Failed(Exception):
        response = Response()

        @property
        def retry_after(self) -> float:
            raise RuntimeError

    assert hinted(Failed()) == 5.0
    Response.headers = {"Retry-After": format_datetime(datetime.now(timezone.utc) + timedelta(minutes=2))}
    found = hinted(Failed())
    assert found is not None and 60 < found <= 120
    Response.headers = {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}
    assert hinted(Failed()) == 0.0


def test_the_hook_is_told_before_each_wait_and_may_fail(errors: Errors) -> None:
    told: list[tuple[int, float, str]] = []

    def hook(failure: Failure) -> None:
        told.append((failure.attempt, failure.wait, type(failure.error).__name__))
        raise ZeroDivisionError

    errors.on(OSError, retry=Retry(attempts=3, wait=2, hook=hook))
    fail, calls = counted(errors, OSError)
    with sleeping(), pytest.raises(OSError):
        fail()
    assert told == [(1, 2.0, "OSError"), (2, 2.0, "OSError")] and len(calls) == 3


@pytest.mark.parametrize("option", ["hint", "hook"])
def test_a_hint_or_hook_that_is_async_is_refused(option: str) -> None:
    async def later(error: Exception) -> float:
        return 0.0

    with pytest.raises(RetryMistake, match=option):
        Retry(**{option: later})  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(RetryMistake, match="budget"):
        Retry(budget=3)  # type: ignore[arg-type]  # the mistake under test


def test_a_limit_is_inherited_by_the_layers_below(errors: Errors) -> None:
    inner, outer = Errors(), errors
    inner.on(OSError, retry=Retry(attempts=9, wait="40m"))
    outer.on(OSError, retry=Retry(attempts=2, wait=0, within="1h"))
    calls = 0

    @inner.service
    async def fail() -> None:
        nonlocal calls
        calls += 1
        raise OSError

    async def main() -> None:
        with sleeping() as clock, pytest.raises(OSError):
            await outer.service(fail)()
        assert clock.waits == [2400.0]

    asyncio.run(main())
    assert calls == 2


def test_no_limit_is_longer_than_the_callers(errors: Errors) -> None:
    errors.on(OSError, retry=Retry(attempts=9, wait="40m", within="9h"))
    fail, calls = counted(errors, OSError)
    with sleeping() as clock, deadline("1h"), pytest.raises(OSError):
        fail()
    assert clock.waits == [2400.0] and len(calls) == 2

    @errors.service
    async def hang() -> None:
        await asyncio.Event().wait()

    async def main() -> None:
        async with deadline("10ms"):
            await hang()

    with pytest.raises((LimitExceeded, DeadlineExceeded)) as caught:
        asyncio.run(main())
    assert isinstance(caught.value, TimeoutError)


def test_a_deadline_passes_what_is_not_its_own() -> None:
    async def main() -> None:
        async with deadline("1h"):
            raise TimeoutError("of somebody else")

    with pytest.raises(TimeoutError, match="somebody else"):
        asyncio.run(main())
    with pytest.raises(RetryMistake, match=r"deadline\(within"):
        deadline("soon")


def test_the_timer_is_gone_when_the_next_call_begins(errors: Errors) -> None:
    errors.on(OSError, retry=Retry(attempts=2, wait=0, within="1h"), answer=answer("unavailable"))

    @errors.service
    async def fine() -> str:
        return "fine"

    async def main() -> None:
        assert await fine() == "fine"
        with sleeping() as clock:
            clock.advance("2h")
            assert await fine() == "fine"

    asyncio.run(main())


def test_ids_are_random_uuids() -> None:
    from uuid import RFC_4122, UUID

    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert {(UUID(one).version, UUID(one).variant, str(UUID(one)) == one) for one in ids} == {
        (4, RFC_4122, True)
    }


def test_a_scheme_without_a_wait_lets_other_tasks_run_before_long(errors: Errors) -> None:
    errors.on(OSError, retry=Retry(attempts=1_000_000, wait=0))
    turns: list[int] = []

    @errors.service
    async def refuse() -> None:
        turns.append(1)
        raise OSError

    async def main() -> None:
        task = asyncio.create_task(refuse())
        while not turns:
            await asyncio.sleep(0)
        assert len(turns) <= 5
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert len(turns) <= 6

    asyncio.run(main())
