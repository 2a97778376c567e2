"""A process from its start to its first answer, and what it holds then, beside bare FastAPI on uvicorn."""

from __future__ import annotations

from tools.bench.clock import Run
from tools.bench.comparison import Comparison, Ratio
from tools.bench.fastapi._load import POST, full
from tools.bench.fastapi._served import BARE, WHOLE, serving


def first(program: str) -> Run:
    """Start it so often, and count the time until its first 200."""

    def run(number: int) -> float:
        total = 0.0
        for _ in range(number):
            with serving(program) as process:
                total += process.ready
        return total

    return run


def memory(program: str) -> Run:
    """Return what it holds after a hundred requests of each kind, a megabyte for a millisecond."""

    def run(number: int) -> float:
        with serving(program) as process:
            full(process.port, 100)
            full(process.port, 100, POST)
            return process.memory() / 2**20 / 1000 * number

    return run


COMPARISONS = (
    Comparison(
        "from the start of the process to its first 200",
        lambda: first(WHOLE),
        lambda: first(BARE),
        Ratio(1.15),
        number=1,
        turns=9,
    ),
    Comparison(
        "memory of the process after 200 requests (read ms as MB)",
        lambda: memory(WHOLE),
        lambda: memory(BARE),
        Ratio(1.15),
        number=1,
        turns=3,
    ),
)
