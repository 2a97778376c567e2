"""Services that installed distributions announce."""

import asyncio
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cordio_di import Container, WiringError

CODE = """
class Shop:
    def __init__(self, log):
        self.log = log

def clock() -> Shop:
    return Shop(None)

class Log:
    pass

log = Log()
"""

ENTRIES = """[cordio.services]
shop = di_announced.things:Shop
log = di_announced.things:log
broken = di_missing:thing
absent = di_announced.things:absent
fails = di_announced_badly.fails:thing
leaves = di_announced_badly.leaves:thing
"""


@pytest.fixture(autouse=True)
def distribution(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A distribution that is installed for one test."""
    package, info = tmp_path / "di_announced", tmp_path / "di_announced-1.0.dist-info"
    bad = tmp_path / "di_announced_badly"
    for folder in (package, info, bad):
        folder.mkdir()
    (bad / "__init__.py").touch()
    (bad / "fails.py").write_text("1 / 0")
    (bad / "leaves.py").write_text("raise SystemExit(3)")
    (package / "__init__.py").touch()
    (package / "things.py").write_text(CODE)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: di-announced\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRIES)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    for module in [name for name in sys.modules if name.startswith("di_announced")]:
        del sys.modules[module]


def called(container: Container, handler: Any) -> Any:
    async def main() -> object:
        async with container:
            return await container.inject(handler)()

    return asyncio.run(main())


def test_a_service_is_found_by_its_name_and_with_what_it_needs() -> None:
    async def handler(shop: Any) -> tuple[str, str]:
        return type(shop).__name__, type(shop.log).__name__

    container = Container()
    assert "di_announced" not in sys.modules
    assert called(container, handler) == ("Shop", "Log")


def test_a_service_is_found_by_the_package_of_its_type() -> None:
    from di_announced.things import Shop  # type: ignore[import-not-found]  # made by the fixture

    async def handler(store: Any) -> str:
        return type(store).__name__

    handler.__annotations__["store"] = Shop
    assert called(Container(), handler) == "Shop"


def test_what_is_not_named_is_not_imported() -> None:
    container = Container()
    container.value("mine", object())
    assert not container.provides("shop", int), "a plain value under the name of a service"
    assert not container.provides("other", Path)
    container.check([lambda mine: mine])
    assert "di_announced" not in sys.modules


def test_a_service_of_ones_own_goes_before_an_announced_one() -> None:
    container = Container()
    assert container.provides("log", Any)
    container.value("log", "mine")

    async def handler(log: Any) -> object:
        return log

    assert called(container, handler) == "mine"


def test_a_factory_of_ones_own_goes_before_an_announced_one() -> None:
    container = Container()
    assert container.provides("shop", Any)

    @container.service(name="shop")
    def mine() -> str:
        return "mine"

    async def handler(shop: Any) -> object:
        return shop

    assert called(container, handler) == "mine"


def test_an_announced_service_that_cannot_be_imported_is_a_problem() -> None:
    async def handler(broken: Any) -> None: ...

    container = Container()
    assert container.provides("broken", Any)
    with pytest.raises(WiringError, match="announced as di_missing:thing, cannot be imported"):
        container.check([handler])


def test_an_announced_service_whose_module_fails_is_a_problem_with_a_cure_that_helps() -> None:
    async def handler(broken: Any, fails: Any, leaves: Any) -> None: ...

    with pytest.raises(WiringError) as caught:
        Container().check([handler])
    cures = {"broken": "No module.*install what its package needs"}
    cures |= {"fails": "ZeroDivisionError.*mend it", "leaves": "SystemExit: 3.*mend it"}
    for name, cure in cures.items():
        assert any(re.search(f"'{name}'.*{cure}", problem) for problem in caught.value.problems)


def test_a_broken_entry_of_a_package_is_in_nobodys_way_who_finds_a_type_of_it() -> None:
    from di_announced.things import Log, Shop

    class Lost:
        __module__ = "di_announced.things"

    async def handler(first: Any, second: Any) -> object:
        return type(first), type(second)

    async def lost(some: Any) -> None: ...

    handler.__annotations__ |= {"first": Log, "second": Shop}
    lost.__annotations__["some"] = Lost
    assert called(Container(), handler) == (Log, Shop)
    with pytest.raises(WiringError, match="'absent', announced as .*, cannot be imported.*mend it"):
        Container().check([lost])


def test_discovery_can_be_left_out() -> None:
    assert not Container(discover=False).provides("shop", Any)
