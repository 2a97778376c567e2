"""A call that fails twice and then succeeds, with no wait, beside a loop by hand and the peers."""

from cordio_errors import Errors, Retry
from tools.bench.clock import Run, awaits
from tools.bench.comparison import Comparison, Over
from tools.bench.errors._peers import Function, around, by_hand, faster


def flaky() -> Function:
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


def loop() -> Run:
    """
    Repeat by hand.

    Returns
    -------
    callable
        Runs it.
    """
    return by_hand(flaky())


PROMISE = "two failures, then a success, no wait"
COMPARISONS = (
    Comparison(
        f"{PROMISE}: in all", ours, None, Over(20e-6), number=1_000, peers={"by hand": loop, **around(flaky)}
    ),
    *faster(PROMISE, ours, flaky, 500),
)
