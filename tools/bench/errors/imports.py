"""What importing the package costs a program that has asyncio and logging."""

from tools.bench.clock import Run, programs
from tools.bench.comparison import Comparison, Over

PLAIN = "import asyncio, logging"
USED = "from cordio_errors import Errors, Retry, answer, to; Errors()"


def plain() -> Run:
    """Start a program with asyncio and logging."""
    return programs(PLAIN)


def ours() -> Run:
    """Import the package."""
    return programs(f"{PLAIN}, cordio_errors")


def used() -> Run:
    """Import what a program uses, and make the first rules."""
    return programs(f"{PLAIN}\n{USED}")


COMPARISONS = (
    Comparison("import cordio_errors, over asyncio and logging", ours, plain, Over(15e-3), number=3),
    Comparison("import the rules, retries and answers, and make Errors()", used, plain, Over(15e-3), number=3),
)
