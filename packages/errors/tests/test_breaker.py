"""Breakers and limits: calls that are not begun, and attempts that are cut."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable

import pytest

from cordio_errors import (
    Breaker,
    Budget,
    CircuitOpen,
    Errors,
    Incident,
    Limit,
    LimitExceeded,
    Retry,
    RetryMistake,
    RuleError,
    answer,
    sleeping,
    to,
)


class Resource:
    """A resource that fails while it is told to."""

    def __init__(self, error: BaseException | None) -> None:
        self.error, self.calls = error, 0

    async def __call__(self) -> str:
        self.calls += 1
        if self.error is not None:
            raise self.error
        return "fine"


def guarded(errors: Errors, resource: Resource) -> Callable[[], Awaitable[str]]:
    breaker = Breaker(failures=2, within="10s", open_for="30s")
    errors.on(OSError, breaker=breaker, answer=answer("unavailable"), commit=to.log("error"))

    @errors.service
    async def call() -> str:
        return await resource()

    return call


async def refused(call: Callable[[], Awaitable[object]], kind: type[Exception]) -> Exception:
    with pytest.raises(kind) as caught:
        await call()
    assert type(caught.value) is kind
    return caught.value


def test_too_many_failures_open_the_circuit_and_one_call_tries_again(errors: Errors) -> None:
    resource = Resource(OSError("refused"))
    call = guarded(errors, resource)

    async def main() -> None:
        for _ in range(2):
            await refused(call, OSError)
        error = await refused(call, CircuitOpen)
        assert resource.calls == 2 and isinstance(error, CircuitOpen)
        assert 0 < error.retry_after <= 30 and "OSError: refused" in str(error)
        clock.advance("31s")
        await refused(call, OSError)
        await refused(call, CircuitOpen)
        assert resource.calls == 3
        clock.advance("31s")
        resource.error = None
        assert [await call() for _ in range(3)] == ["fine"] * 3
        resource.error = OSError("again")
        await refused(call, OSError)
        await refused(call, OSError)
        await refused(call, CircuitOpen)

    with sleeping() as clock:
        asyncio.run(main())


def test_failures_that_lie_far_apart_do_not_open_it(errors: Errors) -> None:
    resource = Resource(OSError("refused"))
    call = guarded(errors, resource)

    async def main() -> None:
        for _ in range(5):
            await refused(call, OSError)
            clock.advance("11s")

    with sleeping() as clock:
        asyncio.run(main())
    assert resource.calls == 5


def test_other_exceptions_and_cancelling_are_no_failures(errors: Errors) -> None:
    resource = Resource(KeyError("x"))
    call = guarded(errors, resource)

    async def main() -> None:
        for _ in range(5):
            await refused(call, KeyError)
        resource.error = asyncio.CancelledError()
        for _ in range(5):
            with pytest.raises(asyncio.CancelledError):
                await call()
        resource.error = OSError()
        for _ in range(2):
            await refused(call, OSError)
        clock.advance("31s")
        resource.error = asyncio.CancelledError()
        with pytest.raises(asyncio.CancelledError):
            await call()
        resource.error = None
        assert await call() == "fine"

    with sleeping() as clock:
        asyncio.run(main())
    assert resource.calls == 14


def test_only_one_call_tries_whether_all_is_well_again() -> None:
    shared = Breaker(failures=1, within="10s", open_for="30s", name="pg")
    with sleeping() as clock:
        circuit = shared.circuit("a")
        assert circuit is shared.circuit("b")
        circuit.failed("x", trial=circuit.enter("a"))
        clock.advance("31s")
        assert shared.states == {"pg": "half-open"} and circuit.enter("a")
        with pytest.raises(CircuitOpen):
            circuit.enter("b")
        circuit.succeeded(trial=True)
        assert circuit.state == "closed" and circuit.wait == 0.0


def test_a_refused_call_is_answered_and_recorded_by_the_rule_of_the_breaker(
    errors: Errors, seen: list[Incident]
) -> None:
    resource = Resource(OSError("refused"))
    call = guarded(errors, resource)
    for _ in range(3):
        outcome = asyncio.run(errors.run(call))
        assert outcome.answer is not None and outcome.answer.status == 503
    assert [type(one.error) for one in seen] == [OSError, OSError, CircuitOpen] and resource.calls == 2
    assert not seen[-1].unexpected


def test_a_call_is_not_repeated_against_an_open_circuit(errors: Errors) -> None:
    calls = 0
    breaker = Breaker(failures=2, within="2h", open_for="9h")
    errors.on(OSError, breaker=breaker, retry=Retry(attempts=9, wait="1h"))

    @errors.service
    def call() -> None:
        nonlocal calls
        calls += 1
        raise OSError("refused")

    with sleeping() as clock:
        with pytest.raises(OSError, match="refused"):
            call()
        assert (calls, clock.waits) == (2, [3600.0])
        with pytest.raises(CircuitOpen):
            call()
        assert (calls, clock.waits) == (2, [3600.0])


def test_an_attempt_beyond_its_limit_is_cut_and_repeated(errors: Errors) -> None:
    errors.on(TimeoutError, limit=Limit("10ms"), retry=Retry(attempts=3, wait=0), answer=answer("unavailable"))
    calls = 0

    @errors.service
    async def hang() -> str:
        nonlocal calls
        calls += 1
        if calls < 3:
            await asyncio.Event().wait()
        return "fine"

    assert asyncio.run(hang()) == "fine" and calls == 3
    calls = -9
    with pytest.raises(LimitExceeded, match=r"hang was cut: it has 0\.01 s \(Limit"):
        asyncio.run(hang())
    assert calls == -6


def test_a_success_refills_the_budget_of_its_layer(errors: Errors) -> None:
    budget = Budget(tokens=4, ratio=1)
    errors.on(OSError, retry=Retry(attempts=2, wait=0, budget=budget))
    line: list[Exception | str] = [OSError(), "fine", "fine"]

    @errors.service
    def call() -> str:
        word = line.pop(0)
        if isinstance(word, Exception):
            raise word
        return word

    assert (call(), budget.left) == ("fine", 4.0)
    assert (call(), budget.left) == ("fine", 4.0)


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: Breaker(failures=0), r"Breaker\(failures=\.\.\.\): 0 is no number"),
        (lambda: Breaker(within="soon"), r"Breaker\(within="),
        (lambda: Breaker(open_for=0), r"Breaker\(open_for="),
        (lambda: Limit("soon"), r"Limit\(each="),
        (lambda: Limit(0), r"Limit\(each=.*no time at all"),
    ],
)
def test_what_cannot_be_is_refused_by_its_argument(make: Callable[[], object], complaint: str) -> None:
    with pytest.raises(RetryMistake, match=complaint):
        make()


def test_a_rule_with_a_limit_must_speak_of_what_is_then_raised(errors: Errors) -> None:
    with pytest.raises(RuleError, match="name TimeoutError"):
        errors.on(KeyError, limit=Limit("2s"))
    with pytest.raises(RuleError, match="breaker=Breaker"):
        errors.on(KeyError, breaker=3)  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(RuleError, match="limit=Limit"):
        errors.on(TimeoutError, limit="2s")  # type: ignore[arg-type]  # the mistake under test
    assert repr(Breaker(2)) == "Breaker(failures=2, within=30, open_for=30)"


def test_a_cut_attempt_leaves_no_reference_cycle(errors: Errors) -> None:
    errors.on(TimeoutError, limit=Limit("1ms"), breaker=Breaker(failures=1000))

    @errors.service
    async def hang() -> None:
        await asyncio.get_running_loop().create_future()

    async def main() -> int:
        gc.collect()
        gc.disable()
        try:
            for _ in range(20):
                try:
                    await hang()
                except TimeoutError:
                    pass
            return gc.collect()
        finally:
            gc.enable()

    assert asyncio.run(main()) == 0
