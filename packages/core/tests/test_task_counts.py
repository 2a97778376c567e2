"""Tasks are counted at every moment, those of events in the background too."""

import asyncio
from typing import Literal, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packages.core.tests.clock import settle
from packages.core.tests.doubles import Grace
from packages.core.tests.tasking import balanced, ran

from cordio_core import App, DataError, Running, emitted

Ending = Literal["returns", "fails", "is cancelled", "waits"]

ENDINGS: tuple[Ending, ...] = get_args(Ending)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(ENDINGS), st.integers(0, 4))))
def test_started_is_finished_and_failed_and_cancelled_and_running_at_every_moment(
    plan: list[tuple[Ending, int]],
) -> None:
    app = App("orders", configuring=Grace("0s"))

    async def work(ending: Ending, steps: int) -> None:
        for _ in range(steps):
            await asyncio.sleep(0)
        if ending == "fails":
            raise LookupError("gone")
        if ending == "waits":
            await asyncio.Event().wait()

    async def use(run: Running) -> None:
        all_of_them = []
        for ending, steps in plan:
            all_of_them.append(spawned := app.spawn(work(ending, steps)))
            if ending == "is cancelled":
                spawned.cancel()
            assert balanced(run.tasks.counts)
            await asyncio.sleep(0)
        await settle()
        expected = [sum(ending == wanted for ending, _ in plan) for wanted in ENDINGS]
        counts = run.tasks.counts
        assert [counts.finished, counts.failed, counts.cancelled, counts.running] == expected
        assert balanced(counts)
        for spawned in all_of_them:
            spawned.cancel()

    ran(app, use)


def test_an_event_that_is_emitted_in_the_background_is_handled_by_tasks_in_order() -> None:
    app = App("orders")
    happened: list[str] = []

    @app.on(emitted("order.placed"), order=1)
    async def first(sku: str) -> None:
        await settle()
        happened.append(f"first {sku}")

    @app.on(emitted("order.placed"), order=2)
    async def second() -> None:
        happened.append("second")

    async def use(run: Running) -> None:
        assert await app.emit("order.placed", {"sku": "A-1"}, background=True) == ()
        happened.append("emitted")
        assert run.tasks.states[0].name == "emitted order.placed"

    ran(app, use)
    assert happened == ["emitted", "first A-1", "second"]


def test_data_that_do_not_fit_are_told_at_once_in_the_background_too() -> None:
    app = App("orders")

    @app.on(emitted("order.placed"))
    async def hear(amount: int) -> None: ...

    async def use(run: Running) -> None:
        with pytest.raises(DataError, match="'amount'"):
            await app.emit("order.placed", {"amount": "many"}, background=True)
        assert await app.emit("nobody.hears", background=True) == ()
        assert run.tasks.counts.started == 0

    ran(app, use)
