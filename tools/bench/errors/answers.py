"""From the raise to the rendered problem of HTTP, beside the raise alone."""

from cordio_errors import Errors, answer
from tools.bench.clock import Run, awaits
from tools.bench.comparison import Comparison, Over


class OutOfStock(Exception):
    """Stand for an error of the application."""

    left = 3


async def place() -> None:
    """
    Fail.

    Raises
    ------
    OutOfStock
        Always.
    """
    raise OutOfStock


def ours() -> Run:
    """
    Answer by a rule, and render.

    Returns
    -------
    callable
        Runs it.
    """
    errors = Errors()
    errors.on(OutOfStock, answer=answer("out_of_stock"))
    page = {"status": 409, "title": "Out of stock", "detail": "Only {left} left."}
    errors.catalogue({"out_of_stock": {"http": page}})
    handler = errors.handler(place)

    async def answered() -> bytes:
        outcome = await errors.run(handler)
        assert outcome.answer is not None
        return outcome.answer.render("http").body

    return awaits(answered)


def bare() -> Run:
    """
    Raise and catch.

    Returns
    -------
    callable
        Runs it.
    """

    async def caught() -> None:
        try:
            await place()
        except OutOfStock:
            pass

    return awaits(caught)


COMPARISONS = (Comparison("raise to rendered problem", ours, bare, Over(8e-6), number=1_000),)
