"""Small functions: several awaitables at a time, one call for many, a call once, names and waits."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordio_core import TaskError
from cordio_core.functions import SingleFlight, gather, once, retry_after, snake_case

_NOW = 1_700_000_000


class Gauge:
    """Counts who is inside."""

    def __init__(self) -> None:
        self.inside = self.most = self.begun = self.cancelled = 0
        self.go = asyncio.Event()

    async def visit(self, value: int) -> int:
        self.begun += 1
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.inside -= 1
        return value


async def _fail(error: BaseException) -> int:
    raise error


async def _until(count: int, gauge: Gauge) -> None:
    async with asyncio.timeout(5):
        while gauge.begun < count:
            await asyncio.sleep(0)


@given(st.lists(st.integers(), max_size=20), st.one_of(st.none(), st.integers(1, 25)))
def test_gather_returns_what_a_plain_loop_would_with_no_more_at_a_time(
    values: list[int], limit: int | None
) -> None:
    gauge = Gauge()
    gauge.go.set()
    assert asyncio.run(gather(*map(gauge.visit, values), limit=limit)) == values
    assert gauge.most <= (limit or len(values))


def test_gather_holds_to_its_limit_while_those_inside_wait() -> None:
    async def use() -> tuple[int, int]:
        gauge = Gauge()
        task = asyncio.create_task(gather(*map(gauge.visit, range(10)), limit=3))
        await _until(3, gauge)
        for _ in range(20):
            await asyncio.sleep(0)
        begun = gauge.begun
        gauge.go.set()
        await task
        return begun, gauge.most

    assert asyncio.run(use()) == (3, 3)


def test_the_first_failure_ends_the_others_before_it_is_raised() -> None:
    async def use() -> Gauge:
        gauge = Gauge()
        with pytest.raises(OSError, match="refused"):
            await gather(gauge.visit(1), gauge.visit(2), _fail(OSError("refused")))
        assert len(asyncio.all_tasks()) == 1
        return gauge

    gauge = asyncio.run(use())
    assert (gauge.cancelled, gauge.inside) == (2, 0)


def test_what_others_raise_while_they_are_cancelled_is_noted_on_the_first_failure() -> None:
    async def stubborn() -> int:
        try:
            return await _forever()
        finally:
            raise RuntimeError("no cleanup")

    async def use() -> None:
        await gather(stubborn(), _fail(OSError("refused")))

    with pytest.raises(OSError) as caught:
        asyncio.run(use())
    assert caught.value.__notes__ == ["besides: RuntimeError('no cleanup')"]


@pytest.mark.parametrize("steps", range(1, 9))
def test_gather_that_is_cancelled_at_any_step_leaves_nothing_running(steps: int) -> None:
    async def use() -> None:
        gauge = Gauge()
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(gather(gauge.visit(1), future, gauge.visit(2), gauge.visit(3), limit=2))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        assert (gauge.inside, future.cancelled(), len(asyncio.all_tasks())) == (0, True, 1)

    asyncio.run(use())


def test_a_coroutine_that_was_not_begun_is_closed() -> None:
    gauge = Gauge()

    async def use() -> None:
        await gather(_fail(OSError("refused")), gauge.visit(1), gauge.visit(2), limit=1)

    with pytest.raises(OSError):
        asyncio.run(use())
    assert gauge.begun == 0  # and no warning: warnings are errors here


def test_a_future_that_was_not_awaited_yet_is_cancelled_with_the_others() -> None:
    async def use() -> bool:
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        with pytest.raises(OSError):
            await gather(_fail(OSError("refused")), future, limit=1)
        return future.cancelled()

    assert asyncio.run(use())


def test_a_limit_below_one_is_refused_and_nothing_is_begun() -> None:
    gauge = Gauge()

    async def use() -> None:
        await gather(gauge.visit(1), limit=0)

    with pytest.raises(ValueError, match="give a limit of 1 or more"):
        asyncio.run(use())
    assert gauge.begun == 0


def test_an_awaitable_that_somebody_else_cancels_is_a_failure_with_its_number() -> None:
    async def use() -> None:
        victim = asyncio.create_task(_forever())
        victim.cancel()
        await gather(_value(1), victim)

    with pytest.raises(TaskError, match="the task 'gather: awaitable 1' was cancelled by what it awaits"):
        asyncio.run(use())


async def _forever() -> int:
    await asyncio.Event().wait()
    return 0


async def _value(value: int) -> int:
    return value


def test_all_who_ask_at_the_same_time_share_one_call_and_later_ones_make_another() -> None:
    async def use() -> tuple[list[int], int, int]:
        gauge, flights = Gauge(), SingleFlight[int]()
        waiting = [asyncio.create_task(flights.run("a", lambda: gauge.visit(7))) for _ in range(5)]
        other = asyncio.create_task(flights.run("b", lambda: gauge.visit(8)))
        await _until(2, gauge)
        gauge.go.set()
        found = [await task for task in waiting]
        assert await other == 8
        await flights.run("a", lambda: gauge.visit(9))
        return found, gauge.most, gauge.begun

    assert asyncio.run(use()) == ([7] * 5, 2, 3)


def test_a_failed_call_is_told_to_all_and_not_remembered() -> None:
    async def use() -> int:
        flights = SingleFlight[int]()
        asked = [flights.run("a", lambda: _fail(OSError("refused"))) for _ in range(3)]
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert [str(error) for error in found] == ["refused"] * 3
        return await flights.run("a", lambda: _value(1))

    assert asyncio.run(use()) == 1


@pytest.mark.parametrize("steps", range(4))
def test_who_is_cancelled_leaves_the_call_to_the_others_and_the_last_one_ends_it(steps: int) -> None:
    async def use() -> tuple[int, int]:
        gauge, flights = Gauge(), SingleFlight[int]()

        def ask() -> Awaitable[int]:
            return flights.run("a", lambda: gauge.visit(7))

        first, second = asyncio.ensure_future(ask()), asyncio.ensure_future(ask())
        await _until(1, gauge)
        first.cancel()
        await asyncio.wait([first])
        assert (first.cancelled(), gauge.inside) == (True, 1)
        for _ in range(steps):
            await asyncio.sleep(0)
        second.cancel()
        await asyncio.wait([second])
        assert (second.cancelled(), gauge.inside, len(asyncio.all_tasks())) == (True, 0, 1)
        gauge.go.set()
        return await ask(), gauge.begun

    assert asyncio.run(use()) == (7, 2)


def test_a_call_that_somebody_else_cancels_is_an_error_to_those_who_wait() -> None:
    async def use() -> None:
        victim = asyncio.create_task(_forever())
        victim.cancel()
        await SingleFlight[int]().run("keys", lambda: victim)

    with pytest.raises(TaskError, match="single flight 'keys'\" was cancelled by what it awaits"):
        asyncio.run(use())


def test_once_runs_once_for_all_who_ask_at_the_same_time_and_later() -> None:
    gauge = Gauge()
    read = once(lambda: gauge.visit(7))

    async def use() -> list[int]:
        asked = [asyncio.create_task(read()) for _ in range(3)]
        await _until(1, gauge)
        gauge.go.set()
        return [*(await asyncio.gather(*asked)), await read()]

    assert asyncio.run(use()) == [7] * 4
    assert gauge.begun == 1
    read.forget()
    assert asyncio.run(read()) == 7
    assert gauge.begun == 2


def test_once_does_not_remember_a_failure_or_a_call_that_was_given_up() -> None:
    gauge = Gauge()
    failures = [OSError("refused")]

    @once
    async def read() -> int:
        if failures:
            raise failures.pop()
        return await gauge.visit(7)

    async def use() -> int:
        with pytest.raises(OSError):
            await read()
        asking = asyncio.create_task(read())
        await _until(1, gauge)
        asking.cancel()
        await asyncio.wait([asking])
        assert gauge.inside == 0
        gauge.go.set()
        return await read()

    assert asyncio.run(use()) == 7
    assert (gauge.begun, getattr(read, "__name__", "")) == (2, "read")


def test_once_refuses_a_function_with_arguments() -> None:
    async def read(sku: str) -> str:
        return sku

    with pytest.raises(TypeError, match="read wants arguments .*: bind them by functools.partial"):
        once(read)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("0", 0.0),
        (" 120 ", 120.0),
        ("Tue, 14 Nov 2023 22:14:20 GMT", 60.0),
        ("Tuesday, 14-Nov-23 22:14:20 GMT", 60.0),
        ("Tue Nov 14 22:14:20 2023", 60.0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0.0),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 0.0),
        ("Tuesday, 14-Nov-74 22:14:20 GMT", 0.0),
        ("Friday, 14-Nov-70 22:13:20 GMT", 1483228800.0),
        ("-1", None),
        ("1.5", None),
        ("1 minute", None),
        ("", None),
        ("٣", None),
        ("Tue, 14 Nov 2023 22:14:20 +0500", None),
        ("Tue, 99 Nov 2023 22:14:20 GMT", None),
        ("Tue, 14 Nov 99999999 22:14:20 GMT", None),
        ("GMT", None),
    ],
)
def test_retry_after_is_read_as_rfc_9110_writes_it_and_nothing_else(value: str, wait: float | None) -> None:
    assert retry_after(value, now=_NOW) == wait


def test_a_huge_number_of_seconds_is_a_long_wait_and_no_error() -> None:
    assert (retry_after("9" * 5000) or 0) > 1e300


@given(st.text(max_size=40))
def test_no_text_makes_retry_after_fail(value: str) -> None:
    found = retry_after(value, now=_NOW)
    assert found is None or found >= 0


@given(st.integers(0, 4_000_000_000))
def test_every_date_of_http_is_read_to_the_second(moment: int) -> None:
    assert retry_after(formatdate(moment, usegmt=True), now=_NOW) == max(0, moment - _NOW)


@pytest.mark.parametrize(
    ("name", "written"),
    [("Orders", "orders"), ("DbModel", "db_model"), ("HTTPClient", "http_client"), ("S3Bucket", "s3_bucket")],
)
def test_classes_are_named_in_snake_case(name: str, written: str) -> None:
    assert snake_case(name) == written
    assert snake_case(written) == written


def test_to_import_the_kernel_imports_neither_functions_nor_state_nor_testing() -> None:
    rooms = "('functions', 'state', 'testing')"
    found = (
        f"[name for name in sys.modules if name.startswith('cordio_core.') and name.split('.')[1] in {rooms}]"
    )
    code = f"import sys, cordio_core; print({found})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
