"""Presets of an application with all its parts, and scenarios in their place."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from cordio import App
from cordio._configuring import ProjectFiles
from cordio._monitoring import ConsoleMonitoring
from cordio_core import AppSettings, CoreError, Duration, Stop
from cordio_core.protocols import Configuration
from cordio_core.scenarios import PRODUCTION, TEST, Repeating
from cordio_errors import Errors
from cordio_monitor import Monitor


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Know of no preset in the environment."""
    monkeypatch.delenv("CORDIO_PRESET", raising=False)


@dataclass(frozen=True, slots=True)
class Hasty(AppSettings):
    """A scenario of defaults."""

    grace: Duration = Duration("3s")


class Loud(ConsoleMonitoring):
    """A scenario of monitoring that tells that it was asked."""

    def __init__(self) -> None:
        super().__init__(Errors())
        self.asked: list[str] = []

    def monitor(self, service: str, configuration: Configuration, /) -> Monitor:
        self.asked.append(service)
        return super().monitor(service, configuration)


def grace(app: App) -> float:
    values = app._configuring.configuration(app.sections, app.options)
    return float(values.slice("app", app.sections["app"]).grace)


def test_a_preset_chooses_all_five_and_keeps_the_parts(tmp_path: Path) -> None:
    app = App("orders", root=tmp_path, preset="test")
    assert (app.preset.name, app.sections["app"]) == ("test", TEST.defaults)
    assert isinstance(app.errors, Errors) and isinstance(app._monitoring, ConsoleMonitoring)
    assert isinstance(app._configuring, ProjectFiles) and app._repeating.tasks == Stop()
    assert App("orders", root=tmp_path).preset is PRODUCTION


def test_the_environment_names_a_preset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORDIO_PRESET", "development")
    assert App("orders", root=tmp_path).preset.name == "development"
    with pytest.raises(CoreError, match="there is no preset 'stage'"):
        App("orders", root=tmp_path, preset="stage")


def test_an_argument_replaces_one_scenario_and_a_setting_its_values(tmp_path: Path) -> None:
    rules, loud = Errors(), Loud()
    app = App(
        "orders",
        root=tmp_path,
        preset="test",
        errors=rules,
        monitoring=loud,
        defaults=Hasty,
        repeating=Repeating(tasks=Stop(code=3)),
    )
    assert app.errors is rules and app._repeating.tasks == Stop(code=3) and grace(app) == 3

    async def used() -> None:
        async with app.running(listening=False):
            pass

    asyncio.run(used())
    assert loud.asked == ["orders"]
    (tmp_path / "config.toml").write_text("[app]\ngrace = '7s'\n")
    assert grace(App("orders", root=tmp_path, defaults=Hasty)) == 7


def test_a_preset_of_ones_own_is_followed_where_it_says_more(tmp_path: Path) -> None:
    made: dict[str, Loud] = {}

    def watched() -> Loud:
        return made.setdefault("one", Loud())

    app = App("orders", root=tmp_path, preset=replace(PRODUCTION, name="loud", monitoring=watched))
    assert app._monitoring is made["one"] and isinstance(app._configuring, ProjectFiles)
    sections: Mapping[str, type] = app.sections
    assert {"log", "sentry", "zipkin"} <= set(sections)
