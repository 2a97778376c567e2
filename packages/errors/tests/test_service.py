"""The service layer: repeats, limits, and what comes out."""

from __future__ import annotations

import asyncio
import functools
import pickle
import traceback
from collections.abc import Callable, Coroutine
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tenacity import RetryCallState, stop_after_attempt, wait_fixed

from cordio_errors import DeadlineExceeded, Errors, Incident, Retry, RetryMistake, answer, to
from cordio_errors._course import Course
from cordio_errors._deadline import end
from cordio_errors._frame import Frame
from cordio_errors._layer import Layer
from cordio_errors._schedule import Schedule

Call = Callable[[], Coroutine[object, object, object]]


class Flaky:
    """A resource that fails as told, then works."""

    def __init__(self, *failures: BaseException) -> None:
        self.failures, self.calls = list(failures), 0

    async def __call__(self, *args: object, **kwargs: object) -> object:
        self.calls += 1
        if self.failures:
            raise self.failures.pop(0)
        return args, kwargs


def down(count: int = 99) -> Flaky:
    return Flaky(*(ConnectionError(f"refused {number}") for number in range(1, count + 1)))


def retrying(errors: Errors, within: str | None = None) -> None:
    errors.on(OSError, retry=Retry(attempts=3, wait=0, within=within), answer=answer("unavailable"))


def test_a_call_is_repeated_until_it_works_with_the_same_arguments(errors: Errors) -> None:
    retrying(errors)
    resource = down(2)
    call = errors.service(resource)
    value = asyncio.run(call(1, course=2, start=3, within=4))
    assert value == ((1,), {"course": 2, "start": 3, "within": 4}) and resource.calls == 3


def test_the_original_exception_comes_out_with_notes_of_the_earlier_attempts(errors: Errors) -> None:
    retrying(errors)
    last = ConnectionError("third")
    resource = Flaky(ConnectionError("first"), TimeoutError(), last)

    async def connect() -> None:
        await resource()

    with pytest.raises(ConnectionError) as caught:
        asyncio.run(errors.service(connect)())
    assert caught.value is last and resource.calls == 3
    first, second = last.__notes__
    assert first.startswith("attempt 1 of ") and first.endswith("connect failed: ConnectionError: first")
    assert second.startswith("attempt 2 of ") and second.endswith("connect failed: TimeoutError")
    assert first in "".join(traceback.format_exception(last))


def test_a_failure_that_no_scheme_speaks_of_comes_out_at_once(errors: Errors) -> None:
    retrying(errors)
    errors.on(KeyError, answer=answer("not_found"))
    for failure, calls in ((KeyError(), 1), (ZeroDivisionError(), 1)):
        resource = Flaky(failure)
        with pytest.raises(type(failure)):
            asyncio.run(errors.service(resource)())
        assert resource.calls == calls
    resource = Flaky(OSError("first"), KeyError("then"))
    with pytest.raises(KeyError) as caught:
        asyncio.run(errors.service(resource)())
    assert resource.calls == 2 and "OSError: first" in caught.value.__notes__[0]


def test_a_method_is_repeated_on_its_own_object(errors: Errors) -> None:
    retrying(errors)

    class Shop:
        def __init__(self) -> None:
            self.calls = 0

        @errors.service
        async def reserve(self) -> int:
            self.calls += 1
            if self.calls < 3:
                raise OSError
            return self.calls

        @staticmethod
        @errors.service
        async def ping() -> str:
            return "pong"

    shop, other = Shop(), Shop()
    assert asyncio.run(shop.reserve()) == 3 and other.calls == 0
    assert asyncio.run(Shop.ping()) == "pong"
    assert Shop.reserve.__name__ == "reserve" and asyncio.iscoroutinefunction(Shop.reserve)


def test_code_that_is_not_async_is_repeated_alike(errors: Errors) -> None:
    retrying(errors, within="1h")
    failures: list[BaseException] = [OSError("a"), OSError("b")]

    @errors.service
    def read(what: str) -> str:
        if failures:
            raise failures.pop()
        return what

    assert read("file") == "file"
    failures[:] = [OSError("a"), OSError("b"), OSError("c")]
    with pytest.raises(OSError, match="a"):
        read("file")
    failures[:] = [KeyboardInterrupt(), OSError()]
    with pytest.raises(KeyboardInterrupt):
        read("file")
    assert failures == []


def test_three_nested_layers_of_three_attempts_make_three_calls(errors: Errors) -> None:
    retrying(errors)
    resource = down()
    call: Call = resource
    for _ in range(3):
        call = errors.service(functools.partial(call))
    with pytest.raises(ConnectionError):
        asyncio.run(errors.service(call)())
    assert resource.calls == 3


class Unavailable(OSError):
    pass


async def by_cause(call: Call) -> None:
    try:
        await call()
    except OSError as error:
        raise Unavailable from error


async def silently(call: Call) -> None:
    try:
        await call()
    except OSError:
        raise Unavailable from None


async def in_a_task(call: Call) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(call())


@pytest.mark.parametrize("translated", [by_cause, silently, in_a_task])
def test_translating_the_exception_does_not_multiply_the_attempts(
    errors: Errors, translated: Callable[[Call], Coroutine[object, object, None]]
) -> None:
    retrying(errors)
    resource = down()
    with pytest.raises((OSError, ExceptionGroup)):
        asyncio.run(errors.service(translated)(errors.service(resource)))
    assert resource.calls == 3


def test_what_was_given_up_before_does_not_forbid_to_repeat_now(errors: Errors) -> None:
    retrying(errors)
    primary, replica = down(), down(2)

    async def fetch() -> object:
        try:
            return await errors.service(primary)()
        except OSError:
            return await errors.service(replica)()

    assert asyncio.run(fetch()) == ((), {})
    assert (primary.calls, replica.calls) == (3, 3)

    shared = ConnectionError("one object")
    for _ in range(2):
        again = Flaky(*[shared] * 9)
        with pytest.raises(ConnectionError):
            asyncio.run(errors.service(again)())
        assert again.calls == 3


def test_a_cancelled_call_is_not_repeated(errors: Errors) -> None:
    errors.on(Exception, retry=Retry(attempts=5, wait=0))
    calls = 0

    async def main() -> None:
        began = asyncio.Event()

        @errors.service
        async def hang() -> None:
            nonlocal calls
            calls += 1
            began.set()
            await asyncio.Event().wait()

        task = asyncio.create_task(hang())
        await began.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert calls == 1


def test_cancelling_the_wait_ends_at_once(errors: Errors) -> None:
    errors.on(OSError, retry=Retry(attempts=5, wait="1h"))
    resource = down()

    async def main() -> None:
        async with asyncio.timeout(30):
            task = asyncio.create_task(errors.service(resource)())
            while resource.calls == 0:
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())
    assert resource.calls == 1


def test_a_wait_that_would_end_after_the_limit_is_not_begun(errors: Errors) -> None:
    errors.on(OSError, retry=Retry(attempts=5, wait="1h", within="30s"))
    resource, sync_calls = down(), 0

    @errors.service
    def read() -> None:
        nonlocal sync_calls
        sync_calls += 1
        raise OSError("disk")

    async def main() -> None:
        async with asyncio.timeout(25):
            with pytest.raises(ConnectionError, match="refused 1"):
                await errors.service(resource)()

    asyncio.run(main())
    with pytest.raises(OSError, match="disk"):
        read()
    assert (resource.calls, sync_calls) == (1, 1)


def test_an_attempt_that_hangs_is_cut_at_the_limit(errors: Errors, seen: list[Incident]) -> None:
    errors.on(KeyError, retry=Retry(attempts=5, wait=0, within="50ms"))
    calls, cleaned = 0, []

    @errors.service
    async def hang() -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise KeyError("first")
        try:
            await asyncio.Event().wait()
        finally:
            cleaned.append(calls)

    async def handle() -> None:
        await hang()

    async def main() -> None:
        async with asyncio.timeout(30):
            with pytest.raises(DeadlineExceeded) as caught:
                await hang()
        error = caught.value
        assert isinstance(error, TimeoutError) and (error.within, error.attempts) == (0.05, 2)
        assert "0.05 s" in str(error) and "hang was cut in attempt 2" in str(error)
        assert "KeyError: 'first'" in error.__notes__[0]
        assert isinstance(error.__cause__, asyncio.CancelledError)
        assert "Event().wait()" in "".join(traceback.format_exception(error))
        assert str(pickle.loads(pickle.dumps(error))) == str(error)

        seen.clear()
        outcome = await errors.run(handle)
        assert outcome.answer is not None and outcome.answer.status == 503
        where = seen[0].where
        assert where is not None and where.function.endswith("handle") and seen[0].attempts == 1

    asyncio.run(main())
    assert (calls, cleaned) == (3, [2, 3])


def test_a_cut_call_is_not_repeated_by_the_layers_around_it(errors: Errors) -> None:
    errors.on(OSError, retry=Retry(attempts=3, wait=0, within="500ms"), answer=answer("unavailable"))
    outer = Errors()
    outer.on(OSError, retry=Retry(attempts=3, wait=0))
    calls = 0

    @outer.service
    @errors.service
    async def hang() -> None:
        nonlocal calls
        calls += 1
        await asyncio.Event().wait()

    with pytest.raises(DeadlineExceeded):
        asyncio.run(hang())
    assert calls == 1


def test_a_time_out_of_somebody_else_is_not_taken_for_ours(errors: Errors) -> None:
    errors.on(TimeoutError, retry=Retry(attempts=2, wait=0, within="1h"))
    foreign = Flaky(TimeoutError("a"), TimeoutError("b"))
    with pytest.raises(TimeoutError, match="b") as caught:
        asyncio.run(errors.service(foreign)())
    assert type(caught.value) is TimeoutError and foreign.calls == 2

    calls = 0

    @errors.service
    async def hang() -> None:
        nonlocal calls
        calls += 1
        await asyncio.Event().wait()

    async def main() -> None:
        async with asyncio.timeout(0.01):
            await hang()

    with pytest.raises(TimeoutError) as outer:
        asyncio.run(main())
    assert type(outer.value) is TimeoutError and calls == 1


def test_a_time_out_made_of_our_cut_by_the_call_itself_is_its_own(errors: Errors) -> None:
    errors.on(TimeoutError, retry=Retry(attempts=5, wait=0, within="20ms"))
    calls = 0

    @errors.service
    async def translate() -> None:
        nonlocal calls
        calls += 1
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise TimeoutError("of the call") from None

    with pytest.raises(TimeoutError, match="of the call"):
        asyncio.run(translate())
    assert calls == 1


def test_from_the_first_failure_on_the_limit_is_that_of_its_rule(errors: Errors) -> None:
    async def main() -> None:
        errors.on(KeyError, retry=Retry(attempts=9, wait=0, within="50s"))
        errors.on(OSError, retry=Retry(attempts=9, wait=0, within="2h"))
        errors.on(ValueError, retry=Retry(attempts=9, wait=0))
        frame = Frame()
        frame.layer, frame.outer, frame.since = Layer("service", "call"), None, 0
        course, within = Course("call", monotonic()), errors._tables.inside(frame).within
        assert within == 7200.0
        async with course.armed(within):
            for error, limit in ((KeyError(), 50.0), (OSError(), 7200.0)):
                assert course.wait(error, 0, errors._tables.retry(error, frame)) == 0
                when = end.get()
                assert when is not None and limit - 10 < when - monotonic() <= limit
            retry = errors._tables.retry(ValueError(), frame)
            assert course.wait(ValueError(), 0, retry) == 0 and end.get() is None

    asyncio.run(main())


def test_no_timer_is_armed_where_no_limit_is_set(errors: Errors, monkeypatch: pytest.MonkeyPatch) -> None:
    retrying(errors)

    def refused(delay: float | None) -> asyncio.Timeout:
        raise AssertionError(delay)

    monkeypatch.setattr(asyncio, "timeout_at", refused)
    resource = down(2)
    asyncio.run(errors.service(resource)())
    assert resource.calls == 3


@given(st.integers(1, 40), st.integers(0, 5_000), st.integers(0, 60_000))
def test_waits_grow_twofold_with_full_jitter_up_to_the_cap(attempt: int, low: int, more: int) -> None:
    high = low + more
    retry = Retry(attempts=99, wait=f"{low}ms..{high}ms")
    pause = Schedule(monotonic()).wait(retry, attempt, OSError())
    assert pause is not None and 0 <= pause <= min(high, low * 2 ** (attempt - 1)) / 1000 + 1e-9


def test_any_strategy_of_tenacity_can_be_given(errors: Errors) -> None:
    waited: list[tuple[int, str]] = []

    def hinted(state: RetryCallState) -> float:
        assert state.outcome is not None
        waited.append((state.attempt_number, str(state.outcome.exception())))
        return 0.0

    def impatient(state: RetryCallState) -> bool:
        return (state.seconds_since_start or 0.0) + state.upcoming_sleep > 60

    errors.on(OSError, retry=Retry(wait=hinted, stop=stop_after_attempt(4)))
    resource = down()
    with pytest.raises(ConnectionError, match="refused 4"):
        asyncio.run(errors.service(resource)())
    assert waited == [(number, f"refused {number}") for number in (1, 2, 3, 4)]

    errors.on(ConnectionError, retry=Retry(attempts=9, wait=wait_fixed(3600), stop=impatient))
    resource = down()
    with pytest.raises(ConnectionError):
        asyncio.run(errors.service(resource)())
    assert resource.calls == 1


def test_a_strategy_that_fails_does_not_hide_the_failure(errors: Errors) -> None:
    def broken(state: RetryCallState) -> float:
        raise ZeroDivisionError

    errors.on(OSError, retry=Retry(attempts=3, wait=broken))
    resource = down()
    with pytest.raises(ConnectionError, match="refused 1") as caught:
        asyncio.run(errors.service(resource)())
    assert resource.calls == 1 and "ZeroDivisionError" in caught.value.__notes__[0]


def test_concurrent_calls_count_for_themselves(errors: Errors, seen: list[Incident]) -> None:
    errors.on(OSError, retry=Retry(attempts=3, wait=0), answer=answer("unavailable"), commit=to.log("error"))
    resources = [down(count) for count in (0, 1, 2, 3)]

    async def main() -> list[int | None]:
        outcomes = await asyncio.gather(*(errors.run(errors.service(one)) for one in resources))
        return [outcome.answer.status if outcome.answer else None for outcome in outcomes]

    assert asyncio.run(main()) == [None, None, None, 503]
    assert [one.calls for one in resources] == [1, 2, 3, 3]
    assert [incident.attempts for incident in seen] == [3]


@pytest.mark.parametrize(
    ("option", "scheme"),
    [
        ("attempts", {"attempts": 0}),
        ("attempts", {"attempts": True}),
        ("attempts", {"attempts": 2.5}),
        ("wait", {"wait": "soon"}),
        ("wait", {"wait": "5s..100ms"}),
        ("wait", {"wait": -1}),
        ("wait", {"wait": "100ms.."}),
        ("within", {"within": "1 day"}),
        ("within", {"within": 0}),
        ("stop", {"stop": 3}),
    ],
)
def test_a_scheme_that_cannot_be_is_refused_by_its_argument(option: str, scheme: dict[str, int]) -> None:
    with pytest.raises(RetryMistake, match=rf"Retry\({option}=") as caught:
        Retry(**scheme)  # type: ignore[arg-type]  # the mistake under test
    assert isinstance(caught.value, ValueError) and caught.value.option == option
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@given(st.integers(0, 10**6), st.sampled_from([("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400)]))
def test_durations_are_read_in_their_units(number: int, unit: tuple[str, float]) -> None:
    name, factor = unit
    assert Retry(wait=f"{number}{name}").pause == pytest.approx((number * factor, number * factor))
    assert Retry(wait=float(number)).pause == (number, number)
    assert Retry(within=f"1h{number}{name}").within_seconds == pytest.approx(3600 + number * factor)


def test_a_number_in_a_text_is_seconds() -> None:
    assert Retry(wait="1.5..2").pause == (1.5, 2.0)


def test_a_call_that_may_not_be_repeated_is_not_repeated_by_a_layer_around_it(errors: Errors) -> None:
    errors.on(OSError, retry=Retry(attempts=3, wait=0))
    calls = list[str]()

    @errors.service(idempotent=False)
    async def pay() -> None:
        calls.append("pay")
        raise OSError("the line broke after the money went")

    @errors.service(idempotent=False)
    def pay_now() -> None:
        calls.append("pay")
        raise OSError("the line broke after the money went")

    @errors.service
    async def order() -> None:
        await pay()

    @errors.service
    def order_now() -> None:
        pay_now()

    with pytest.raises(OSError):
        asyncio.run(order())
    with pytest.raises(OSError):
        order_now()
    assert calls == ["pay", "pay"]
