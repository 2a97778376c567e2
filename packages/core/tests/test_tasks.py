"""Tasks as they are registered: when they start, and what is refused."""

from collections.abc import Callable

import pytest
from packages.core.tests.clock import settle
from packages.core.tests.doubles import Manual
from packages.core.tests.tasking import ran

from cordio_core import App, CoreError, Degrade, Restart, StartError, Stop


def test_tasks_start_after_the_root_component_and_before_the_sources_with_their_services() -> None:
    happened: list[str] = []

    class Source(Manual):
        async def start(self, runtime: object, /) -> None:
            await settle()
            happened.append("source")

    app = App("orders", entrypoints=[Source()])

    @app.service
    def stock() -> str:
        happened.append("service")
        return "stock"

    @app.task
    async def watch(stock: str) -> None:
        happened.append(f"task with {stock}")

    @app.main
    async def main(stock: str) -> None:
        happened.append("main")

    ran(app, lambda run: settle())
    assert happened == ["service", "main", "task with stock", "source"]


def test_a_task_with_a_parameter_that_nothing_fills_is_a_start_error_with_its_place() -> None:
    app = App("orders")

    @app.task
    async def watch(nonsense) -> None: ...  # type: ignore[no-untyped-def]

    @app.main
    async def main(absent: int) -> None: ...

    with pytest.raises(StartError) as told:
        app.check()
    assert len(told.value.problems) == 2
    assert (
        "watch (" in str(told.value)
        and "test_tasks.py:" in str(told.value)
        and "'nonsense'" in str(told.value)
    )
    assert "main (" in str(told.value) and "'absent'" in str(told.value)


def test_two_root_components_and_two_tasks_of_one_name_are_refused_with_both_places() -> None:
    app = App("orders")

    @app.main
    async def main() -> None: ...

    @app.task
    async def watch() -> None: ...

    with pytest.raises(
        CoreError, match=r"two root components, .*main \(.*:\d+\) and .*other \(.*:\d+\): put one"
    ):

        @app.main
        async def other() -> None: ...

    with pytest.raises(
        CoreError, match=r"two tasks 'watch', .*watch \(.*\) and .*again \(.*\): give one of them"
    ):

        @app.task(name="watch")
        async def again() -> None: ...


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda app: app.task(on_error="retry"), "on_error='retry' says nothing: write 'restart', 'degrade'"),
        (lambda app: app.task(limit="0s"), "a limit of more than nothing, not '0s': write '30s'"),
        (lambda app: app.task(limit="soon"), "'soon' is no duration"),
        (lambda app: Restart(limit=0), "cannot be restarted 0 times within '5m'"),
        (lambda app: Restart(within="0s"), "cannot be restarted 10 times within '0s'"),
        (lambda app: Restart(first="0s"), "a first pause of more than nothing, not '0s'"),
        (lambda app: Degrade(first="2s", most="1s"), "'2s' is longer than the longest, '1s'"),
        (lambda app: Stop(code=0), "a number from 1 to 255, not 0"),
    ],
)
def test_an_option_that_means_nothing_is_refused(made: Callable[[App], object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        made(App("orders"))
