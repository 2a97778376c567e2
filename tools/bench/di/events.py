"""The services of one event, beside the same made by hand."""

from _thread import get_ident
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

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


AROUND: ContextVar[list[object] | None] = ContextVar("around", default=None)


def chain_in_a_context() -> Run:
    """Make the chain by hand, with a context variable set around it: by that alone tasks inside could join."""
    settings, record = Settings(), list[object]()

    async def call(number: int) -> int:
        token = AROUND.set(record)
        try:
            one = await first(settings)
            two = await second(one)
            three = await third(two)
            four = await fourth(three)
            return await chained(number, await fifth(four))
        finally:
            AROUND.reset(token)

    return awaits(lambda: call(7))


def chain_that_is_joined() -> Run:
    """Make the chain by hand, so that tasks inside find what is made, and another loop is refused."""
    settings, thread = Settings(), get_ident()

    async def call(number: int) -> int:
        if AROUND.get() is not None or get_ident() != thread:
            raise NotImplementedError
        record: list[object] = [None, None, None, None, None]
        token = AROUND.set(record)
        try:
            one = record[0] = await first(settings)
            two = record[1] = await second(one)
            three = record[2] = await third(two)
            four = record[3] = await fourth(three)
            five = record[4] = await fifth(four)
            return await chained(number, five)
        finally:
            AROUND.reset(token)

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
        "the floor of that: by hand with nothing but a context variable set",
        chain_in_a_context,
        chain_by_hand,
        Ratio(1.2),
        number=5_000,
    ),
    Comparison(
        "the same chain, beside one by hand that tasks inside can join",
        ours_chain,
        chain_that_is_joined,
        Ratio(1.2),
        number=5_000,
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
