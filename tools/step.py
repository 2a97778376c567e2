"""One step of a longer work: a line that says what is done, and how long it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

WIDTH = 58


@contextmanager
def step(label: str) -> Iterator[None]:
    """
    Print the label, do the step, and end the line with the seconds that it took.

    Parameters
    ----------
    label : str
        What is done.

    Yields
    ------
    None
        While the step runs.

    Examples
    --------
    >>> with step("counting"):
    ...     total = sum(range(10))
    counting ... s
    """
    print(f"{label} ".ljust(WIDTH, "."), end=" ", flush=True)
    begun = time.monotonic()
    word = "failed after "
    try:
        yield
        word = ""
    finally:
        print(f"{word}{time.monotonic() - begun:.1f} s", flush=True)
