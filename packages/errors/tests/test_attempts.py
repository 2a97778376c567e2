"""Blocks that are repeated by a loop."""

from __future__ import annotations

import asyncio

import pytest

from cordio_errors import (
    Breaker,
    CircuitOpen,
    DeadlineExceeded,
    Errors,
    Incident,
    LayerError,
    Limit,
    LimitExceeded,
    Retry,
    answer,
    sleeping,
    to,
)


def test_a_block_is_repeated_by_the_retry_rule_until_it_is_done(errors: Errors) -> None:
    errors.on(ConnectionError, retry=Retry(attempts=5, wait="1h"))
    rounds: list[int] = []

    async def send() -> None:
        async for attempt in errors.layer("sending").attempts():
            with attempt:
                rounds.append(len(rounds))
                if len(rounds) < 3:
                    raise ConnectionError("busy")

    with sleeping() as clock:
        asyncio.run(send())
    assert rounds == [0, 1, 2] and len(clock.waits) == 2


def test_a_block_that_is_not_async_is_repeated_and_the_last_failure_comes_out(errors: Errors) -> None:
    errors.on(ConnectionError, retry=Retry(attempts=2, wait="1h"))
    failures = [ConnectionError("first"), ConnectionError("last")]
    with sleeping() as clock, pytest.raises(ConnectionError, match="last") as caught:
        for attempt in errors.layer("sending").attempts():
            with attempt:
                raise failures.pop(0)
    assert len(clock.waits) == 1
    assert caught.value.__notes__ == ["attempt 1 of sending failed: ConnectionError: first"]


def test_a_block_without_a_retry_rule_is_tried_once_and_may_be_left_early(errors: Errors) -> None:
    with pytest.raises(ValueError, match="wrong"):
        for attempt in errors.layer("sending").attempts():
            with attempt:
                raise ValueError("wrong")
    entered = 0
    for _attempt in errors.layer("sending").attempts():
        entered += 1
    assert entered == 1


def test_an_attempt_that_hangs_is_cut_by_the_limit_on_the_whole_time(errors: Errors) -> None:
    errors.on(ConnectionError, DeadlineExceeded, retry=Retry(attempts=3, wait="1ms", within="50ms"))
    rounds: list[int] = []

    async def send() -> None:
        async for attempt in errors.layer("sending").attempts():
            with attempt:
                rounds.append(1)
                if len(rounds) == 1:
                    raise ConnectionError("busy")
                await asyncio.Event().wait()

    with pytest.raises(DeadlineExceeded) as caught:
        asyncio.run(asyncio.wait_for(send(), 10))
    assert len(rounds) == 2 and caught.value.layer == "sending"


def test_a_loop_that_is_left_between_two_attempts_is_not_cut_afterwards(errors: Errors) -> None:
    errors.on(ConnectionError, retry=Retry(attempts=3, wait="1ms", within="20ms"))

    async def send() -> str:
        async for attempt in errors.layer("sending").attempts():
            with attempt:
                raise ConnectionError("busy")
            break
        await asyncio.sleep(0.04)
        return "went on"

    assert asyncio.run(send()) == "went on"


def test_a_limit_and_a_breaker_act_on_each_attempt_of_a_block(errors: Errors) -> None:
    errors.on(TimeoutError, limit=Limit("10ms"), breaker=Breaker(failures=1, open_for="1h"))

    async def send() -> None:
        async for attempt in errors.layer("sending").attempts():
            with attempt:
                await asyncio.Event().wait()

    with pytest.raises(LimitExceeded):
        asyncio.run(asyncio.wait_for(send(), 10))
    with pytest.raises(CircuitOpen):
        asyncio.run(send())


def test_a_jump_out_of_an_attempt_lands_at_its_layer_and_ends_the_loop(errors: Errors) -> None:
    errors.on(PermissionError, goto="sending")
    for attempt in errors.layer("sending", landing=lambda error: f"landed: {error}").attempts():
        with attempt as block:
            raise PermissionError("closed")
    assert block.value == "landed: closed"


def test_an_async_landing_is_refused_for_attempts(errors: Errors) -> None:
    async def land(error: Exception) -> None:
        raise error

    with pytest.raises(LayerError, match="a landing that is not async"):
        errors.layer("sending", landing=land).attempts()


def test_a_cancelled_attempt_stays_cancelled(errors: Errors) -> None:
    errors.on(Exception, retry=Retry(attempts=3, within="1h"))
    rounds: list[int] = []

    async def send() -> None:
        async for attempt in errors.layer("sending").attempts():
            with attempt:
                rounds.append(1)
                raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(send())
    assert rounds == [1]


@pytest.mark.parametrize("called_by_run", [True, False])
def test_a_handler_that_is_marked_idempotent_is_repeated(errors: Errors, called_by_run: bool) -> None:
    errors.on(ConnectionError, retry=Retry(attempts=3, wait="1h"))
    line = [ConnectionError("busy") for _ in range(3)]

    @errors.handler(idempotent=True)
    async def place() -> str:
        if len(line) > 1:
            raise line.pop()
        return "placed"

    with sleeping() as clock:
        result = asyncio.run(errors.run(place)).value if called_by_run else asyncio.run(place())
    assert result == "placed" and len(clock.waits) == 2


def test_a_handler_that_is_not_async_and_methods_of_a_class_are_repeated_too(errors: Errors) -> None:
    errors.on(ConnectionError, retry=Retry(attempts=3, wait="1h"))

    @errors.handler(idempotent=True)
    class Desk:
        def __init__(self) -> None:
            self.calls = 0

        def place(self) -> int:
            self.calls += 1
            if self.calls < 3:
                raise ConnectionError("busy")
            return self.calls

    with sleeping():
        assert Desk().place() == 3


@pytest.mark.parametrize("attempts", [1, 3])
def test_a_handler_is_answered_and_recorded_once_whether_it_is_repeated_or_not(
    errors: Errors, seen: list[Incident], attempts: int
) -> None:
    errors.on(
        ConnectionError,
        retry=Retry(attempts=3, wait="1h"),
        answer=answer("unavailable"),
        commit=to.log("error"),
    )
    calls: list[int] = []

    @errors.handler(idempotent=attempts > 1)
    async def place() -> None:
        calls.append(1)
        raise ConnectionError("busy")

    with sleeping():
        outcome = asyncio.run(errors.run(place))
    assert outcome.answer is not None and outcome.answer.status == 503
    assert len(calls) == attempts and [incident.attempts for incident in seen] == [attempts]
