"""Requests over loopback to processes: the whole of CorDio beside bare FastAPI on uvicorn."""

from __future__ import annotations

import functools

from tools.bench.clock import Run
from tools.bench.comparison import Comparison, Ratio
from tools.bench.fastapi._load import GET, POST, full, paced
from tools.bench.fastapi._served import BARE, WHOLE, serving

REQUESTS = {"GET": GET, "POST": POST}
WARM = 500


def at_full_load(program: str, method: str) -> Run:
    """Ask as fast as it answers."""

    def run(number: int) -> float:
        with serving(program) as process:
            full(process.port, min(number, WARM), REQUESTS[method])
            return full(process.port, number, REQUESTS[method])

    return run


def at_half_load(program: str, method: str) -> Run:
    """Ask half as often as bare FastAPI could answer; return what 99 of 100 requests keep, for each."""

    def run(number: int) -> float:
        with serving(program) as process:
            full(process.port, min(number, WARM), REQUESTS[method])
            taken = paced(process.port, number, half(method), REQUESTS[method])
            return taken[len(taken) * 99 // 100] * number

    return run


@functools.cache
def half(method: str) -> float:
    """Return half of the requests a second that bare FastAPI answers."""
    with serving(BARE) as process:
        full(process.port, WARM, REQUESTS[method])
        return 2000 / full(process.port, 2000, REQUESTS[method]) / 2


def over(method: str) -> tuple[Comparison, Comparison]:
    """Compare at full load, and at half."""
    return (
        Comparison(
            f"{method} over loopback at full load, the time for a request",
            lambda: at_full_load(WHOLE, method),
            lambda: at_full_load(BARE, method),
            Ratio(1.0),
            number=10_000,
            turns=3,
        ),
        Comparison(
            f"{method} over loopback at half load, the time that 99 of 100 requests keep",
            lambda: at_half_load(WHOLE, method),
            lambda: at_half_load(BARE, method),
            Ratio(1.0),
            number=10_000,
            turns=3,
        ),
    )


COMPARISONS = (*over("GET"), *over("POST"))
