"""What the monitor says about itself, in the last place that is left: standard error."""

from __future__ import annotations

import sys
from contextlib import suppress

from cordio_monitor._masking import mask
from cordio_monitor._stream import put

__all__ = ["report"]


def report(text: str) -> None:
    """Write a line to standard error, or nowhere if that is gone.

    Parameters
    ----------
    text : str
        What is to be said; it is masked.

    Examples
    --------
    >>> report("sink Console raises")
    """
    with suppress(Exception):
        put(sys.stderr, f"cordio-monitor: {mask(text)}\n")
