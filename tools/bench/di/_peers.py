"""The peers, each with the same services and handlers; its package is imported where it is measured."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from inspect import Parameter, Signature, isasyncgenfunction
from types import FunctionType
from typing import Annotated, Any, TypeAlias, get_args, get_type_hints

from tools.bench.clock import Run, awaits

Handler: TypeAlias = Callable[..., Awaitable[object]]
Make: TypeAlias = Callable[..., object]

KEYWORD = Parameter.KEYWORD_ONLY


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


def that_depends(app: list[Make], event: list[Make], handler: Handler, needs: list[type]) -> Run:
    """Resolve the providers of its class, in its context where there is an event."""
    from that_depends import (  # type: ignore[import-not-found]  # a peer
        BaseContainer,
        container_context,
        providers,
    )

    known = {make: providers.Singleton(make) for make in app}
    for make in event:
        kind = providers.ContextResource if isasyncgenfunction(make) else providers.AsyncFactory
        known[_type_of(make)] = kind(make, known[_need_of(make)])
    fields = {f"provider{number}": found for number, found in enumerate(known.values())}
    container = type(f"For {handler}", (BaseContainer,), {**fields, "default_scope": None})

    async def in_app() -> object:
        return await handler(7, *[await known[need].resolve() for need in needs])

    async def in_event() -> object:
        async with container_context(container):
            return await in_app()

    return awaits(in_event if any(map(isasyncgenfunction, event)) else in_app)


def svcs(app: list[Make], event: list[Make], handler: Handler, needs: list[type]) -> Run:
    """Ask a container by types: one for the application, or one for each event, as its manual does."""
    import svcs as peer  # type: ignore[import-not-found]  # a peer

    registry = peer.Registry()
    for make in app:
        registry.register_value(_type_of(make), make())
    for make in event:
        registry.register_factory(_type_of(make), _of_svcs(make, peer.Container))
    shared = peer.Container(registry)

    async def in_app() -> object:
        return await handler(7, *[await shared.aget(need) for need in needs])

    async def in_event() -> object:
        async with peer.Container(registry) as container:
            return await handler(7, *[await container.aget(need) for need in needs])

    return awaits(in_event if event else in_app)


def lagom(app: list[Make], event: list[Make], handler: Handler, needs: list[type]) -> Run:
    """Fill the handler by its types; it makes no services of an event by async factories."""
    from lagom import Container, Singleton  # type: ignore[import-not-found]  # a peer

    assert not event
    container = Container()
    for make in app:
        container[_type_of(make)] = Singleton(make)
    filled = container.magic_partial(handler)
    return awaits(lambda: filled(7))


def fastapi(app: list[Make], event: list[Make], handler: Handler, needs: list[type]) -> Run:
    """Solve ``Depends`` as a route does, without the HTTP around it."""
    from fastapi import Depends, Request
    from fastapi.dependencies.utils import get_dependant, solve_dependencies

    known = {_type_of(make): Depends(_ready(make())) for make in app}
    for make in event:
        assert isinstance(make, FunctionType)
        marked = FunctionType(make.__code__, make.__globals__)
        need = _need_of(make)
        marked.__annotations__ = {next(iter(make.__annotations__)): Annotated[need, known[need]]}
        known[_type_of(make)] = Depends(marked)

    def solved(**values: object) -> None:
        """Stand for the route."""

    asked = [Annotated[need, known[need]] for need in needs]
    wanted = [Parameter(f"need{at}", KEYWORD, annotation=one) for at, one in enumerate(asked)]
    solved.__signature__ = Signature(wanted)  # type: ignore[attr-defined]  # what `inspect` looks for
    dependant = get_dependant(path="/", call=solved)

    async def call() -> object:
        async with AsyncExitStack() as inner, AsyncExitStack() as function:
            stacks = {"fastapi_inner_astack": inner, "fastapi_function_astack": function}
            scope = {"type": "http", "query_string": b"", "headers": [], **stacks}
            found = await solve_dependencies(
                request=Request(scope), dependant=dependant, async_exit_stack=inner, embed_body_fields=False
            )
            return await handler(7, *found.values.values())

    return awaits(call)


def _type_of(make: Make) -> type:
    if isinstance(make, type):
        return make
    found = get_type_hints(make)["return"]
    made: type = get_args(found)[0] if isasyncgenfunction(make) else found
    return made


def _need_of(make: Make) -> type:
    found: type = next(iter(get_type_hints(make).values()))
    return found


def _ready(made: object) -> Make:
    async def ready() -> object:
        return made

    return ready


def _of_svcs(make: Make, container: type) -> Make:
    need = _need_of(make)

    async def made(svcs_container: Any) -> object:
        return await make(await svcs_container.aget(need))  # type: ignore[misc]  # it is a coroutine function

    async def held(svcs_container: Any) -> AsyncIterator[object]:
        async for one in make(await svcs_container.aget(need)):  # type: ignore[attr-defined]  # a generator
            yield one

    factory: Make = held if isasyncgenfunction(make) else made
    factory.__annotations__["svcs_container"] = container
    return factory
