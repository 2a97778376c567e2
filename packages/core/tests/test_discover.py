"""Handlers that an application finds by itself."""

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from packages.core.tests.doubles import Manual

from cordio_core import App, CoreError, on


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package that can be imported, and is forgotten afterwards."""
    known = set(sys.modules)
    monkeypatch.syspath_prepend(tmp_path)
    folder = tmp_path / "found_home"
    written(folder / "__init__.py", "")
    yield folder
    for name in set(sys.modules) - known:
        if name.startswith("found_home"):
            del sys.modules[name]


def written(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text))


HANDLER = """
    from cordio_core import get, on

    @on(get("/{name}"))
    async def {name}() -> str:
        return "{name}"
"""


def test_what_is_marked_in_the_modules_of_a_package_is_attached_once(home: Path) -> None:
    written(home / "orders.py", HANDLER.replace("{name}", "orders"))
    written(home / "shop" / "__init__.py", HANDLER.replace("{name}", "shop"))
    written(home / "shop" / "shelves.py", "from found_home.orders import orders\n")
    source = Manual()
    app = App("orders", entrypoints=[source], discover="found_home")
    app.check()
    app.check()
    assert list(source.plans) == ["GET /orders", "GET /shop"]


def test_tests_are_not_imported(home: Path) -> None:
    for name in ("test_orders.py", "conftest.py", "__main__.py", "tests/__init__.py", "tests/orders.py"):
        written(home / name, "raise RuntimeError('a test was imported')\n")
    App("orders", discover=["found_home"]).check()


def test_a_package_that_is_not_there_is_told_and_a_module_that_it_misses_is_not_mistaken_for_it(
    home: Path,
) -> None:
    with pytest.raises(
        CoreError, match="there is no package 'found_nothing' to find handlers in: give discover="
    ):
        App("orders", discover="found_nothing").check()
    written(home / "orders.py", "import found_nothing_either\n")
    with pytest.raises(ModuleNotFoundError, match="found_nothing_either"):
        App("orders", discover="found_home").check()


def test_a_mark_needs_an_event_and_something_that_can_bear_it() -> None:
    with pytest.raises(CoreError, match="on needs an event: write @on"):
        on()
    with pytest.raises(CoreError, match="<built-in function print> cannot be marked"):
        from cordio_core import every

        on(every("1h"))(print)


def test_a_package_that_is_found_twice_has_its_handlers_attached_once(home: Path) -> None:
    written(home / "orders.py", HANDLER.replace("{name}", "place"))
    app = App("orders", discover=["found_home", "found_home.orders", "found_home"], entrypoints=[Manual()])
    app.check()
    assert [each.handler for each in app.state().handlers] == [
        f"place ({home / 'orders.py'}:4)",
    ]
