"""Fixtures of pytest for applications: a test that asks for ``testing`` or ``client`` runs with one in memory.

A project says which application by a fixture ``app``, and what is in the place of services by a fixture
``fakes``. Nothing of CorDio is imported before a test asks for it. Therefore this module lies beside
``cordio_core``, and not in it: pytest imports it at each start.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from cordio_core import App
    from cordio_core.testing import Blocking, Testing

__all__ = ["client", "fakes", "testing"]


@pytest.fixture
def fakes() -> Mapping[str, object]:
    """Objects in the place of services, by their names: none, unless a project has a fixture of its own."""
    return {}


@pytest.fixture
def testing(
    request: pytest.FixtureRequest, app: App, fakes: Mapping[str, object]
) -> Iterator[Testing | Blocking[Testing]]:
    """The application, started in memory: to be awaited in an async test, and not in a sync one."""
    if inspect.iscoroutinefunction(request.function):
        yield app.testing(**fakes)  # it is entered in the test's own event loop
        return
    from cordio_core.testing import blocking

    with blocking(app.testing(**fakes)) as found:
        yield found


@pytest.fixture
def client(testing: Testing | Blocking[Testing]) -> object:
    """A client of its HTTP service: of httpx, and not to be awaited in a sync test."""
    return testing.http


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let async tests run inside of the application that they ask for, whoever runs them."""
    for item in items:
        if isinstance(item, pytest.Function) and _is_ours(item):
            item.obj = _inside(item, item.obj)


def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run an async test that asks for an application, where no other plugin does."""
    if not _is_ours(pyfuncitem):
        return None
    import asyncio

    names = pyfuncitem._fixtureinfo.argnames
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


def _is_ours(item: pytest.Function) -> bool:
    return "testing" in item.fixturenames and inspect.iscoroutinefunction(item.obj)


def _inside(item: pytest.Function, test: Callable[..., Awaitable[object]]) -> Callable[..., Any]:
    import functools

    @functools.wraps(test)
    async def inside(**values: object) -> None:
        entered: Testing = item.funcargs["testing"]  # type: ignore[assignment]  # pytest keeps any object
        async with entered:
            await test(**values)

    return inside
