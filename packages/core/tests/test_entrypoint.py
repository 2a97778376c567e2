"""What an entrypoint learns of the application, and what it tells of itself."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import pytest
from packages.core.tests.doubles import Manual, Settings

from cordio_core import App, CoreError, Equipment, Plan, StartError, get
from cordio_core.protocols import Configuration, Monitor

T = TypeVar("T")


class Tagged:
    """Reads every type, and says so."""

    def reader(self, annotation: object, /) -> Callable[[object], object] | None:
        return lambda value: f"own {value}"


class Curious(Manual):
    """Asks for all that an entrypoint can have."""

    def __init__(self, *uses: Callable[..., object]) -> None:
        super().__init__()
        self.uses: Sequence[Callable[..., object]] = uses
        self.detail: object = None
        self.equipment: Equipment | None = None

    def equip(self, equipment: Equipment, /) -> None:
        assert not self.plans
        self.equipment = equipment

    def state(self) -> Mapping[str, object]:
        if isinstance(self.detail, Exception):
            raise self.detail
        return {"ways": ["GET /"], "password": "hunter2", "told": self.detail}


def _app(source: Manual) -> App:
    app = App("orders", entrypoints=[source], converters=[Tagged()])

    @app.on(get("/"))
    async def read() -> str:
        return "all"

    return app


def test_an_entrypoint_sees_the_state_that_the_application_tells() -> None:
    source = Curious()
    app = _app(source)

    async def use() -> tuple[Mapping[str, object], Mapping[str, object]]:
        async with app.running():
            assert source.runtime is not None
            return source.runtime.state(), app.state().data()

    seen, told = asyncio.run(use())
    assert {**seen, "uptime": 0} == {**told, "uptime": 0}
    assert seen["phase"] == "up"


def test_what_an_entrypoint_tells_of_itself_is_in_the_state_and_masked() -> None:
    app = _app(Curious())
    found = app.state()
    assert found.sources == ()
    app.check()
    assert app.state().sources[0].more == {"ways": ["GET /"], "password": "***", "told": None}


def test_an_entrypoint_that_cannot_tell_of_itself_is_a_line_in_the_state() -> None:
    source = Curious()
    source.detail = LookupError("token=abcdefgh is lost")
    app = _app(source)
    app.check()
    assert app.state().problems == ("source http: LookupError: token=*** is lost",)
    assert app.state().sources[0].kind == "http"


def test_an_entrypoint_has_the_converters_of_the_application_before_its_plans() -> None:
    source = Curious()
    _app(source).check()
    assert source.equipment is not None and source.equipment.name == "orders"
    reader = source.equipment.converters[0].reader(int)
    assert reader is not None and reader(1) == "own 1"
    assert len(source.equipment.converters) > 1


def test_services_are_filled_into_the_functions_of_an_entrypoint() -> None:
    async def page(greeting: str) -> str:
        return greeting

    source = Curious(page)
    app = _app(source)

    @app.service
    def greeting() -> str:
        return "hello"

    async def use() -> object:
        async with app.running():
            assert source.equipment is not None
            return await source.equipment.container.inject(page)()

    assert asyncio.run(use()) == "hello"


def test_a_function_of_an_entrypoint_that_nothing_fills_is_told_at_the_start() -> None:
    async def page(nobody) -> None: ...  # type: ignore[no-untyped-def]

    with pytest.raises(StartError, match="nothing fills 'nobody'"):
        _app(Curious(page)).check()


def test_services_can_ask_for_the_monitor_and_the_error_layers_by_name() -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])
    found: list[object] = []

    @app.service
    def shelf(monitor: Monitor, errors: object, config: Configuration) -> str:
        found.extend([monitor, errors])
        return "full"

    @app.on(get("/"))
    async def read(shelf: str) -> str:
        return shelf

    async def use() -> Monitor:
        async with app.running() as running:
            await source.ask("GET /")
            return running.monitor

    monitor = asyncio.run(use())
    assert found == [monitor, app.errors]


@pytest.mark.parametrize("annotation", [str, list[str], int])
def test_data_by_the_name_of_what_the_kernel_offers_stay_data(annotation: object) -> None:
    app = App("orders", entrypoints=[Manual()])

    async def read(errors: object) -> object:
        return errors

    read.__annotations__["errors"] = annotation
    app.on(get("/"))(read)
    plan: Plan = app._assembled().plans[0]
    assert [each.name for each in plan.data] == ["errors"]


def test_a_service_by_the_name_of_what_the_kernel_offers_wins() -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])

    @app.service
    def monitor() -> str:
        return "a lamp"

    @app.on(get("/"))
    async def read(monitor: object) -> object:
        return monitor

    async def use() -> object:
        async with app.running():
            return (await source.ask("GET /")).value

    assert asyncio.run(use()) == "a lamp"


def test_a_configuration_is_looked_at_once_a_run() -> None:
    class Counting(Settings):
        looked = 0

        def slice(self, section: str, model: type[T], /) -> T:
            self.looked += 1
            return super().slice(section, model)

    counting = Counting()
    app = App("orders", configuring=counting, entrypoints=[Manual()])

    async def use() -> list[int]:
        looked = []
        async with app.running():
            for _ in range(3):
                assert app.state().configuration
                looked.append(counting.looked)
        async with app.running():
            assert app.state().configuration
        return looked

    first, *others = asyncio.run(use())
    assert others == [first, first]


def test_the_source_of_a_kind_is_found_with_its_handlers_and_before_the_start() -> None:
    web = Curious()
    app = _app(web)
    assert app.source("http") is web and "GET /" in web.plans
    with pytest.raises(CoreError, match="orders has no source of the kind 'amqp': .*; there are http"):
        app.source("amqp")
    with pytest.raises(CoreError, match="there are none"):
        App("bare").source("http")
