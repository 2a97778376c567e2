"""Five scenarios, each of which can be replaced, and presets of all five."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import pytest

from cordio_core import App, AppSettings, CoreError, Duration, Restart, Stop, emitted
from cordio_core._plain import PlainConfiguring, PlainGuard, PlainMonitoring
from cordio_core.protocols import Configuration, Monitor
from cordio_core.scenarios import DEVELOPMENT, PRODUCTION, TEST, Preset, Repeating, preset, scenario

MADE: list[str] = []


class Watching(PlainMonitoring):
    """A scenario of monitoring that tells that it was asked."""

    def monitor(self, service: str, configuration: Configuration, /) -> Monitor:
        MADE.append(f"monitor of {service}")
        return super().monitor(service, configuration)


class Guarding(PlainGuard):
    """A scenario of errors that tells that it was asked."""

    def check(self) -> None:
        MADE.append("rules checked")


class Given(PlainConfiguring):
    """A scenario of configuration with a value of its own."""

    def __init__(self, **values: object) -> None:
        self.values = values

    def configuration(self, sections: Mapping[str, type], options: Sequence[object], /) -> Configuration:
        MADE.append("configuration composed")
        values, settings = super().configuration(sections, options), sections["app"](**self.values)

        class Sliced:
            def slice(self, section: str, model: type, /) -> object:
                return settings if section == "app" else values.slice(section, model)

            def __getitem__(self, key: str, /) -> object:
                return values[key]

        return Sliced()  # type: ignore[return-value]  # it slices one section by hand


@dataclass(frozen=True, slots=True)
class Patient(AppSettings):
    """A scenario of defaults."""

    grace: Duration = Duration("7m")


def patient() -> Repeating:
    """Repeat by pauses of an hour."""
    return Repeating(tasks=Restart(first="1h", most="1h"))


def nothing() -> None:
    """Make no scenario."""


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Know of nothing that was made before, and of no environment."""
    MADE.clear()
    monkeypatch.delenv("CORDIO_PRESET", raising=False)


def started(app: App) -> None:
    async def use() -> None:
        async with app.running(), asyncio.timeout(5):
            pass

    asyncio.run(use())


def test_a_preset_chooses_all_five_together() -> None:
    own = Preset("own", Given, Patient, patient, Guarding, Watching)
    app = App("orders", preset=own)
    policies: list[object] = []

    @app.task
    async def work() -> None: ...

    started(app)
    assert MADE == ["rules checked", "configuration composed", "monitor of orders"]
    assert app.sections["app"] is Patient
    policies = [work.policy for work in app._assembled().works]
    assert policies == [Restart(first="1h", most="1h")]


def test_an_argument_replaces_one_of_them() -> None:
    own = Preset("own", Given, Patient, patient, Guarding, Watching)
    app = App(
        "orders",
        preset=own,
        configuring=PlainConfiguring(),
        errors=PlainGuard(),
        monitoring=PlainMonitoring(),
        defaults=AppSettings,
        repeating=Repeating(tasks=Stop()),
    )

    @app.task
    async def work() -> None: ...

    started(app)
    assert MADE == []
    assert app.sections["app"] is AppSettings
    assert [work.policy for work in app._assembled().works] == [Stop()]


def failing(app: App) -> Callable[[], Awaitable[None]]:
    @app.task
    async def work() -> None:
        raise RuntimeError("the task failed")

    return work


def test_a_setting_replaces_the_scenario_of_repeating(caplog: pytest.LogCaptureFixture) -> None:
    app = App("orders", preset=TEST, configuring=Given(repeating=f"{__name__}:patient"))
    failing(app)

    async def use() -> None:
        async with app.running(), asyncio.timeout(5):
            while "a task starts again" not in caplog.text:
                await asyncio.sleep(0)

    asyncio.run(use())
    app = App("orders", preset=TEST)
    failing(app)
    with pytest.raises(RuntimeError, match="the task failed"):
        asyncio.run(app.serve())


def test_a_setting_replaces_the_scenario_of_monitoring() -> None:
    started(App("orders", configuring=Given(monitoring=f"{__name__}:Watching")))
    assert MADE == ["configuration composed", "monitor of orders"]


@pytest.mark.parametrize(
    ("name", "path", "said"),
    [
        ("monitoring", "no_such_module:Quiet", "app.monitoring: 'no_such_module:Quiet' makes no scenario: "),
        ("monitoring", f"{__name__}:Nobody", "makes no scenario: AttributeError: "),
        ("monitoring", "os", "name a class without parameters as 'package.module:Name'"),
        ("repeating", f"{__name__}:nothing", "nothing' makes None: it has to make a Repeating"),
    ],
)
def test_a_setting_that_names_no_scenario_is_told(name: str, path: str, said: str) -> None:
    app = App("orders", configuring=Given(**{name: path}))
    with pytest.raises(CoreError) as told:
        started(app)
    assert said in str(told.value)


def test_the_environment_chooses_the_preset_and_an_argument_goes_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert App("orders").preset is PRODUCTION
    monkeypatch.setenv("CORDIO_PRESET", "development")
    assert App("orders").preset is DEVELOPMENT
    assert App("orders", preset="test").preset is TEST
    monkeypatch.setenv("CORDIO_PRESET", "prodution")
    with pytest.raises(
        CoreError, match="the environment variable CORDIO_PRESET: there is no preset 'prodution': write"
    ):
        App("orders")
    with pytest.raises(CoreError, match="preset=: there is no preset 'tset'"):
        App("orders", preset="tset")


def test_a_stop_in_development_and_in_tests_waits_for_no_load_balancer() -> None:
    assert [chosen.defaults().drain for chosen in (DEVELOPMENT, TEST, PRODUCTION)] == [0.0, 0.0, None]


def test_presets_of_ones_own_are_known_by_name() -> None:
    own = replace(PRODUCTION, name="staging")
    assert preset("staging", {"staging": own}) is own
    assert isinstance(scenario("app.repeating", f"{__name__}:patient"), Repeating)


def test_handlers_run_under_every_preset() -> None:
    for chosen in ("development", "test", "production"):
        app = App("orders", preset=chosen)

        @app.on(emitted("asked"))
        async def ask() -> str:
            return "answered"

        async def use(app: App = app) -> object:
            async with app.running(), asyncio.timeout(5):
                return (await app.emit("asked"))[0].value

        assert asyncio.run(use()) == "answered"
