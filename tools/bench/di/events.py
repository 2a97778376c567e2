"""The services of one event, beside the same made by hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cordio_di import Container
from tools.bench.clock import Run, awaits
from tools.bench.comparison import Comparison, Ratio
from tools.bench.di import _peers


class Settings:
    """Stand for a service of the application."""


class Link:
    """Stand for a service of the event, made with the one before."""

    def __init__(self, before: object) -> None:
        self.before = before


class First(Link):
    """Stand for one of the chain."""


class Second(Link):
    """Stand for one of the chain."""


class Third(Link):
    """Stand for one of the chain."""


class Fourth(Link):
    """Stand for one of the chain."""


class Fifth(Link):
    """Stand for one of the chain."""


class Session(Link):
    """Stand for a resource."""


async def first(settings: Settings) -> First:
    """Make one."""
    return First(settings)


async def second(first: First) -> Second:
    """Make one."""
    return Second(first)


async def third(second: Second) -> Third:
    """Make one."""
    return Third(second)


async def fourth(third: Third) -> Fourth:
    """Make one."""
    return Fourth(third)


async def fifth(fourth: Fourth) -> Fifth:
    """Make one."""
    return Fifth(fourth)


async def chained(number: int, fifth: Fifth) -> int:
    """Stand for a handler that reaches a chain of five."""
    return number


async def session(settings: Settings) -> AsyncIterator[Session]:
    """Hold a resource."""
    made = Session(settings)
    try:
        yield made
    finally:
        made.before = None


async def holding(number: int, session: Session) -> int:
    """Stand for a handler that holds a resource."""
    return number


def filled() -> Container:
    """Return a container with all of them."""
    container = Container(discover=False)
    container.service(Settings)
    for made in (first, second, third, fourth, fifth, session):
        container.service(made, scope="event")
    return container


def ours_chain() -> Run:
    """Call it through the container."""
    container = filled()
    handler = container.inject(chained)
    return awaits(lambda: handler(7), lambda: container)


def chain_by_hand() -> Run:
    """Make the chain in the calling function."""
    settings = Settings()

    async def call(number: int) -> int:
        one = await first(settings)
        two = await second(one)
        three = await third(two)
        four = await fourth(three)
        return await chained(number, await fifth(four))

    return awaits(lambda: call(7))


def ours_resource() -> Run:
    """Call it through the container."""
    container = filled()
    handler = container.inject(holding)
    return awaits(lambda: handler(7), lambda: container)


def resource_by_hand() -> Run:
    """Hold it with the standard library."""
    settings = Settings()
    managed = asynccontextmanager(session)

    async def call(number: int) -> int:
        async with managed(settings) as made:
            return await holding(number, made)

    return awaits(lambda: call(7))


CHAIN: list[_peers.Make] = [first, second, third, fourth, fifth]

COMPARISONS = (
    Comparison(
        "an event with a chain of five async factories",
        ours_chain,
        chain_by_hand,
        Ratio(1.2),
        number=5_000,
        peers={
            "dishka": lambda: _peers.dishka([Settings], CHAIN, chained, [Fifth]),
            "wireup": lambda: _peers.wireup([Settings], CHAIN, chained, [Fifth]),
            "that-depends": lambda: _peers.that_depends([Settings], CHAIN, chained, [Fifth]),
            "svcs": lambda: _peers.svcs([Settings], CHAIN, chained, [Fifth]),
            "FastAPI": lambda: _peers.fastapi([Settings], CHAIN, chained, [Fifth]),
        },
    ),
    Comparison(
        "an event with one generator resource",
        ours_resource,
        resource_by_hand,
        Ratio(1.2),
        number=5_000,
        peers={
            "dishka": lambda: _peers.dishka([Settings], [session], holding, [Session]),
            "wireup": lambda: _peers.wireup([Settings], [session], holding, [Session]),
            "that-depends": lambda: _peers.that_depends([Settings], [session], holding, [Session]),
            "svcs": lambda: _peers.svcs([Settings], [session], holding, [Session]),
            "FastAPI": lambda: _peers.fastapi([Settings], [session], holding, [Session]),
        },
    ),
)
