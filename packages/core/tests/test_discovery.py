"""Entrypoints that other packages announce."""

from importlib.metadata import EntryPoint, entry_points

import pytest

from cordio_core import EntrypointError, Schedule
from cordio_core._discovery import GROUP, _origin, entrypoint


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Announce entrypoints: a value for each name, or several with a bar between them."""
    announced: dict[str, str] = {}

    def entries(group: str) -> list[EntryPoint]:
        return [
            EntryPoint(name, value, group)
            for name, values in announced.items()
            for value in values.split("|")
            if group == GROUP
        ]

    monkeypatch.setattr("importlib.metadata.entry_points", entries)
    return announced


def test_an_announced_entrypoint_is_made(installed: dict[str, str]) -> None:
    installed["moon"] = "cordio_core:Schedule|cordio_core:Schedule"
    assert isinstance(entrypoint("moon"), Schedule)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("cordio_missing:Moon", "cordio_missing:Moon cannot be made: ModuleNotFoundError: No module named"),
        ("cordio_core:Moon", "cordio_core:Moon cannot be made: AttributeError: "),
        ("cordio_core:Request", "cordio_core:Request cannot be made: TypeError: "),
        ("cordio_core:App", "cordio_core:App is no entrypoint: see cordio_core.protocols.Entrypoint"),
        (
            "cordio_core:App|cordio_core:Schedule",
            "moon: served by cordio_core:App and cordio_core:Schedule: uninstall all but one, or give App one",
        ),
    ],
)
def test_one_that_cannot_be_used_is_told_with_its_name(
    installed: dict[str, str], value: str, said: str
) -> None:
    installed["moon"] = value
    with pytest.raises(EntrypointError) as told:
        entrypoint("moon")
    assert said in str(told.value)


def test_who_serves_what_is_told_for_an_unknown_kind(installed: dict[str, str]) -> None:
    installed["sun"] = installed["stars"] = "cordio_core:Schedule"
    with pytest.raises(EntrypointError, match="moon: no installed package .*: served here: stars, sun"):
        entrypoint("moon")
    with pytest.raises(EntrypointError, match="http: .*: pip install cordio-fastapi; served here: stars, sun"):
        entrypoint("http")


def test_the_announcing_distribution_is_named() -> None:
    (schedule,) = (entry for entry in entry_points(group=GROUP) if entry.name == "schedule")
    assert _origin(schedule) == "cordio_core:Schedule of cordio-core"
