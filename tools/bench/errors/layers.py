"""A layer around a call that succeeds, and a jump over one layer."""

from __future__ import annotations

from cordio_errors import Errors, Retry, answer
from tools.bench.clock import Run, awaits
from tools.bench.comparison import Comparison, Over
from tools.bench.errors._peers import Function, around, faster


class Refused(Exception):
    """Stand for what goes wrong."""


async def fetch(number: int) -> int:
    """Stand for a resource."""
    return number


def called() -> Function:
    """Return the call that is measured."""

    async def call() -> int:
        return await fetch(7)

    return call


def bare() -> Run:
    """Await it with nothing around."""
    return awaits(lambda: fetch(7))


def by_hand() -> Run:
    """Await it under a try statement."""

    async def call() -> int:
        try:
            return await fetch(7)
        except Exception:
            return 0

    return awaits(call)


def handler() -> Run:
    """Await it in a handler layer."""
    layered = Errors().handler(fetch)
    return awaits(lambda: layered(7))


def service() -> Run:
    """Await it in a service layer with a rule to repeat it."""
    errors = Errors()
    errors.on(OSError, retry=Retry(attempts=3), answer=answer("unavailable"))
    layered = errors.service(fetch)
    return awaits(lambda: layered(7))


def run() -> Run:
    """Await it by `Errors.run`."""
    errors = Errors()
    return awaits(lambda: errors.run(fetch, 7))


def raised() -> Run:
    """Raise through one call and catch it."""

    async def refuse() -> None:
        raise Refused

    async def call() -> None:
        try:
            await refuse()
        except Refused:
            pass

    return awaits(call)


def jump() -> Run:
    """Jump over one layer to a landing."""
    errors = Errors()
    errors.on(Refused, goto="place")

    @errors.service
    async def refuse() -> None:
        raise Refused

    @errors.layer("place", landing=lambda error: None)
    async def place() -> None:
        await refuse()

    return awaits(place)


COMPARISONS = (
    Comparison("a handler layer, success", handler, bare, Over(0.75e-6), number=20_000),
    Comparison(
        "a service layer with a retry rule, success",
        service,
        bare,
        Over(0.75e-6),
        number=20_000,
        peers={"by hand": by_hand, **around(called)},
    ),
    *faster("a success with a rule to repeat it", service, called, 5_000),
    Comparison("a handler by run, success", run, bare, Over(0.75e-6), number=20_000),
    Comparison("a jump over one layer", jump, raised, Over(15e-6), number=5_000),
)
