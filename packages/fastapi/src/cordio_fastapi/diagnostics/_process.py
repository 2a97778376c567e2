"""The numbers of this process, under the names that Prometheus' own clients give them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

__all__ = ["process"]

_Number = tuple[str, Literal["counter", "gauge"], str, float]

_PROC = Path("/proc/self")
_START_FIELD = 19  # of those behind the name in proc_pid_stat(5), which counts from 1


def process() -> Iterator[_Number]:
    """Tell what this system tells of the process.

    Yields
    ------
    _Number
        Name, kind, meaning and value of a metric.

    Examples
    --------
    >>> next(process())[:2]
    ('process_cpu_seconds_total', 'counter')
    """
    used = os.times()
    yield "process_cpu_seconds_total", "counter", "CPU time of the process.", used.user + used.system
    try:
        yield from _of_linux()
    except (OSError, ValueError, IndexError):
        return  # another system, or a process that may not look at itself


def _of_linux() -> Iterator[_Number]:
    pages = int((_PROC / "statm").read_text().split()[1])
    resident = float(pages * os.sysconf("SC_PAGE_SIZE"))
    yield "process_resident_memory_bytes", "gauge", "Memory that the process holds.", resident
    fields = (_PROC / "stat").read_text().rpartition(")")[2].split()
    since = int(fields[_START_FIELD]) / os.sysconf("SC_CLK_TCK")
    begun = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME) + since
    yield "process_start_time_seconds", "gauge", "When the process began, in seconds since 1970.", begun
    files = float(len(os.listdir(_PROC / "fd")))
    yield "process_open_fds", "gauge", "Files and sockets that are open.", files
