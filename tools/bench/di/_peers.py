"""The peers, each with the same services and handlers; its package is imported where it is measured."""

from collections.abc import Awaitable, Callable
from types import FunctionType
from typing import TypeAlias

from tools.bench.clock import Run, awaits

Handler: TypeAlias = Callable[..., Awaitable[object]]
Make: TypeAlias = Callable[..., object]


def dishka(app: list[Make], event: list[Make], handler: Handler, needs: list[type]) -> Run:
    """Take the objects from a request's container."""
    from dishka import Provider, Scope, make_async_container  # type: ignore[import-not-found]  # a peer

    provider = Provider()
    for make in app:
        provider.provide(make, scope=Scope.APP)
    for make in event:
        provider.provide(make, scope=Scope.REQUEST)
    container = make_async_container(provider)

    async def in_app() -> object:
        return await handler(7, *[await container.get(need) for need in needs])

    async def in_event() -> object:
        async with container() as request:
            return await handler(7, *[await request.get(need) for need in needs])

    return awaits(in_event if event else in_app)


def wireup(app: list[Make], event: list[Make], handler: Handler, needs: list[type]) -> Run:
    """Take the objects by its decorator, which wants marked annotations."""
    from wireup import (  # type: ignore[import-not-found]  # a peer
        Injected,
        create_async_container,
        inject_from_container,
        injectable,
    )

    made = [injectable(make) for make in app] + [injectable(make, lifetime="scoped") for make in event]
    container = create_async_container(injectables=made)
    assert isinstance(handler, FunctionType)
    marked = FunctionType(handler.__code__, handler.__globals__)
    names = marked.__code__.co_varnames[1 : len(needs) + 1]
    marked.__annotations__ = {name: Injected[need] for name, need in zip(names, needs, strict=True)}
    injected = inject_from_container(container)(marked)
    return awaits(lambda: injected(7))
