"""A call that fails twice and then succeeds, with no wait, beside a loop by hand and the peers."""

import asyncio
from collections.abc import Awaitable, Callable

from cordio_errors import Errors, Retry
from tools.bench.clock import Run, awaits
from tools.bench.comparison import Comparison, Over


def flaky() -> Callable[[], Awaitable[str]]:
    """
    Make a function that fails twice of three times.

    Returns
    -------
    callable
        The function.
    """
    calls = 0

    async def call() -> str:
        nonlocal calls
        calls += 1
        if calls % 3:
            raise ConnectionError("refused")
        return "connected"

    return call


def ours() -> Run:
    """
    Repeat in a service layer.

    Returns
    -------
    callable
        Runs it.
    """
    errors = Errors()
    errors.on(ConnectionError, retry=Retry(attempts=3, wait=0))
    return awaits(errors.service(flaky()))


def by_hand() -> Run:
    """
    Repeat in a loop.

    Returns
    -------
    callable
        Runs it.
    """
    call = flaky()

    async def loop() -> str:
        for _ in range(2):
            try:
                return await call()
            except ConnectionError:
                pass
            await asyncio.sleep(0)
        return await call()

    return awaits(loop)


def tenacity() -> Run:
    """
    Repeat by tenacity.

    Returns
    -------
    callable
        Runs it.
    """
    from tenacity import retry, stop_after_attempt, wait_none

    return awaits(retry(stop=stop_after_attempt(3), wait=wait_none())(flaky()))


def stamina() -> Run:
    """
    Repeat by stamina.

    Returns
    -------
    callable
        Runs it.
    """
    from stamina import retry  # type: ignore[import-not-found]  # a peer

    return awaits(retry(on=ConnectionError, attempts=3, wait_initial=0, wait_max=0, wait_jitter=0)(flaky()))


def backoff() -> Run:
    """
    Repeat by backoff.

    Returns
    -------
    callable
        Runs it.
    """
    from backoff import constant, on_exception  # type: ignore[import-not-found]  # a peer

    return awaits(on_exception(constant, ConnectionError, max_tries=3, interval=0, jitter=None)(flaky()))


def pyresilience() -> Run:
    """
    Repeat by pyresilience.

    Returns
    -------
    callable
        Runs it.
    """
    from pyresilience import RetryConfig, resilient  # type: ignore[import-not-found]  # a peer

    scheme = RetryConfig(max_attempts=3, delay=0, jitter=False, retry_on=(ConnectionError,))
    return awaits(resilient(retry=scheme)(flaky()))


COMPARISONS = (
    Comparison(
        "two failures, then a success, no wait: in all",
        ours,
        None,
        Over(20e-6),
        number=1_000,
        peers={
            "by hand": by_hand,
            "tenacity": tenacity,
            "stamina": stamina,
            "backoff": backoff,
            "pyresilience": pyresilience,
        },
    ),
)
