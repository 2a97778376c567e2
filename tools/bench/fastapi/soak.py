"""A process under load for a long time: its memory stays flat.

``python -m tools.bench.fastapi.soak 180`` soaks for so many seconds; the comparison for ten minutes.
"""

from __future__ import annotations

import sys
import time

from tools.bench.clock import Run
from tools.bench.comparison import Comparison, Ratio
from tools.bench.fastapi._load import GET, POST, full
from tools.bench.fastapi._served import WHOLE, Process, serving

WARM = 0.2  # of the whole time: caches fill, and the allocator takes what it needs
_before: dict[int, float] = {}


def soaked(seconds: int) -> tuple[int, int]:
    """
    Serve under full load.

    Parameters
    ----------
    seconds : int
        How long.

    Returns
    -------
    tuple of int
        The memory after a fifth of the time, and at the end, in bytes.
    """
    with serving(WHOLE) as process:
        _loaded(process, seconds * WARM)
        warm = process.memory()
        _loaded(process, seconds * (1 - WARM))
        return warm, process.memory()


def _loaded(process: Process, seconds: float) -> None:
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends:
        full(process.port, 500, GET)
        full(process.port, 500, POST)


def after() -> Run:
    """Soak for as many seconds as times are asked for; return the memory at the end, a megabyte for a ms."""

    def run(number: int) -> float:
        before, end = soaked(number)
        _before[number] = before / 2**20 / 1000 * number
        return end / 2**20 / 1000 * number

    return run


def before() -> Run:
    """Return the memory of the same soak after a fifth of its time."""
    return lambda number: _before[number]


COMPARISONS = (
    Comparison(
        "memory at the end of a soak over that after a fifth of it (read ms as MB)",
        after,
        before,
        Ratio(1.05),
        number=600,
        turns=1,
    ),
)

if __name__ == "__main__":
    for name, found in zip(("after a fifth", "at the end"), soaked(int(sys.argv[1])), strict=True):
        print(f"{found / 2**20:7.1f} MB {name}")
