"""What an application is made of, and what cannot be put together."""

import asyncio
import functools
from collections.abc import Callable

import pytest
from packages.core.tests.doubles import Grace, Manual, Step

from cordio_core import App, CoreError, Event, StartError, every, get
from cordio_core._plain import PlainContainer


def test_an_event_that_nothing_serves_is_a_start_error() -> None:
    app = App("orders")

    @app.on(Event("pigeon", "letter by pigeon"))
    async def take() -> None: ...

    with pytest.raises(StartError, match="pigeon: no installed package serves events of this kind"):
        app.check()


def test_two_entrypoints_of_one_kind_are_a_start_error() -> None:
    with pytest.raises(StartError, match="http: two entrypoints of this kind were given to orders"):
        App("orders", entrypoints=[Manual(), Manual()]).check()


@pytest.mark.parametrize(
    ("misuse", "said"),
    [
        (lambda app: app.on(), "app.on needs an event"),
        (lambda app: app.on("GET /"), "with the call's parentheses"),
        (lambda app: app.on(every("1s"))(functools.partial(print)), "write a function that calls print"),
        (lambda app: app.on(every("1s"))(Manual), "doubles.Manual'> cannot be a handler"),
        (lambda app: app.on(every("1s"), before=[Step]), "doubles.Step'> cannot be a handler"),
        (lambda app: (app.main(print), app.main(print)), "has two root components"),
        (lambda app: (app.block("limits", int), app.block("limits", int)), "declared twice"),
        (lambda app: (app.service(print), app.service(print)), "two services 'print'"),
        (lambda app: app.service("pool"), "a service is made by a class or a function, not by 'pool'"),
        (lambda app: (app.check(), app.on(every("1s"))), "assembled already: attach a handler before"),
        (lambda app: (app.check(), app.service(print)), "assembled already: attach a service before"),
    ],
)
def test_a_misuse_gets_a_clear_word(misuse: Callable[[App], object], said: str) -> None:
    with pytest.raises(CoreError, match=said):
        misuse(App("orders"))


def test_a_block_is_injected_by_its_name() -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])

    class Limits:
        per_minute = 60

    @app.main
    @app.block("limits", Limits)
    async def main() -> None: ...

    @app.on(get("/"))
    async def read(limits: Limits) -> int:
        return limits.per_minute

    async def use() -> object:
        async with app.running(), asyncio.timeout(5):
            return (await source.ask("GET /")).value

    assert asyncio.run(use()) == 60
    assert app.sections["limits"] is Limits


def test_a_section_has_one_owner() -> None:
    class Mine:
        """A model of the application."""

    class Theirs:
        """Another one."""

    source = Manual()
    source.sections = {"http": Theirs}
    app = App("orders", entrypoints=[source])
    app.block("http", Mine)
    app.block("app", Mine)
    with pytest.raises(StartError) as told:
        app.check()
    assert set(told.value.problems) == {
        "the section 'http' is of the entrypoint 'http' and of a block: give one of them another name",
        "the section 'app' is of the application and of a block: give one of them another name",
    }


def test_a_service_is_found_by_the_name_it_was_given_or_by_its_own_in_snake_case() -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])

    @app.service(name="shelf")
    def made() -> str:
        return "oak"

    @app.service
    class DbModel:
        def __init__(self, shelf: str) -> None:
            self.shelf = shelf

    @app.on(get("/"))
    async def read(db_model: DbModel) -> str:
        return db_model.shelf

    async def use() -> object:
        async with app.running(), asyncio.timeout(5):
            return (await source.ask("GET /")).value

    assert asyncio.run(use()) == "oak"


def test_a_root_component_that_nothing_fills_is_a_start_error() -> None:
    app = App("orders", entrypoints=[Manual()])

    @app.main
    async def main(log: object, pool: object) -> None: ...

    with pytest.raises(StartError, match=r"main \(.*test_definition.py:\d+\): nothing fills 'pool'"):
        app.check()


def test_parts_and_values_that_are_handed_in_are_used_even_if_they_are_empty() -> None:
    class EmptyContainer(PlainContainer):
        """Services that have a number."""

        def __len__(self) -> int:
            return 0

    class EmptyConfiguration(Grace):
        """Values that have a number."""

        def __len__(self) -> int:
            return 0

    container, configuration = EmptyContainer(), EmptyConfiguration("1s")
    app = App("orders", container=container, configuring=configuration, entrypoints=[Manual()])
    assert app.container is container
    assert app.running().configuration is configuration
    assert App("orders").running(configuration).configuration is configuration
