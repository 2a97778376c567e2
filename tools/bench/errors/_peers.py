"""The peers: each puts its own way to repeat a call around a function; it is imported where it is measured."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from importlib.util import find_spec
from typing import TypeAlias

from tools.bench.clock import Run, awaits
from tools.bench.comparison import Comparison, Make, Ratio

Function: TypeAlias = Callable[[], Awaitable[object]]
Peer: TypeAlias = Callable[[Function], Run]


def by_hand(function: Function) -> Run:
    """Repeat in a loop, three attempts in all."""

    async def loop() -> object:
        for _ in range(2):
            try:
                return await function()
            except ConnectionError:
                pass
            await asyncio.sleep(0)
        return await function()

    return awaits(loop)


def tenacity(function: Function) -> Run:
    """Repeat by tenacity."""
    from tenacity import retry, stop_after_attempt, wait_none

    return awaits(retry(stop=stop_after_attempt(3), wait=wait_none())(function))


def stamina(function: Function) -> Run:
    """Repeat by stamina, without its log."""
    from stamina import retry  # type: ignore[import-not-found]  # a peer
    from stamina.instrumentation import set_on_retry_hooks  # type: ignore[import-not-found]  # a peer

    set_on_retry_hooks([])
    return awaits(retry(on=ConnectionError, attempts=3, wait_initial=0, wait_max=0, wait_jitter=0)(function))


def backoff(function: Function) -> Run:
    """Repeat by backoff."""
    from backoff import constant, on_exception  # type: ignore[import-not-found]  # a peer

    return awaits(on_exception(constant, ConnectionError, max_tries=3, interval=0, jitter=None)(function))


def pyresilience(function: Function) -> Run:
    """Repeat by pyresilience."""
    from pyresilience import RetryConfig, resilient  # type: ignore[import-not-found]  # a peer

    scheme = RetryConfig(max_attempts=3, delay=0, jitter=False, retry_on=(ConnectionError,))
    return awaits(resilient(retry=scheme)(function))


def redress(function: Function) -> Run:
    """Repeat by redress."""
    from redress import ErrorClass, retry  # type: ignore[import-not-found]  # a peer

    decorate = retry(
        classifier=lambda error: ErrorClass.TRANSIENT,
        strategy=lambda context: 0.0,
        max_attempts=3,
        max_unknown_attempts=None,
    )
    return awaits(decorate(function))


PEERS: dict[str, Peer] = {
    "tenacity": tenacity,
    "stamina": stamina,
    "backoff": backoff,
    "pyresilience": pyresilience,
    "redress": redress,
}


def around(make: Callable[[], Function]) -> dict[str, Make]:
    """
    Put each peer around a function of its own.

    Parameters
    ----------
    make : callable
        Makes the function.

    Returns
    -------
    dict of str to callable
        By name, for `Comparison.peers`.
    """
    return {name: partial(_around, peer, make) for name, peer in PEERS.items()}


def faster(promise: str, ours: Make, make: Callable[[], Function], number: int) -> Iterator[Comparison]:
    """
    Compare ours with each peer that is installed.

    Parameters
    ----------
    promise : str
        What both do, for people.
    ours : callable
        Makes ours.
    make : callable
        Makes the function that a peer is put around.
    number : int
        How many calls a turn.

    Yields
    ------
    Comparison
        Ours beside one peer; the target is to be no slower.
    """
    for name, peer in PEERS.items():
        if find_spec(name) is not None:
            base = partial(_around, peer, make)
            yield Comparison(f"{promise}, beside {name}", ours, base, Ratio(1), number=number)


def _around(peer: Peer, make: Callable[[], Function]) -> Run:
    return peer(make())
