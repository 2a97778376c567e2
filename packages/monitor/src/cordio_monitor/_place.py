"""A place in the code, kept as two small objects and looked up when it is delivered."""

from __future__ import annotations

import os
from types import CodeType, TracebackType

__all__ = ["lookup", "raised"]

# Answers are formed at few places. The code is kept with its place, so that no other gets its id.
_MOST = 1024
_places: dict[tuple[int, int], tuple[CodeType, dict[str, object]]] = {}


def lookup(code: CodeType, instruction: int) -> dict[str, object]:
    """Say where an instruction stands.

    Parameters
    ----------
    code : CodeType
        The code of the function.
    instruction : int
        The offset of the instruction in it, as in ``f_lasti``.

    Returns
    -------
    dict[str, object]
        The file (relative, if it is below the working directory), the line and the function.

    Examples
    --------
    >>> sorted(lookup(lookup.__code__, 0))
    ['file', 'function', 'line']
    """
    known = _places.get((id(code), instruction))
    if known is None:
        if len(_places) >= _MOST:
            _places.clear()
        known = _places[id(code), instruction] = (code, _found(code, instruction))
    return dict(known[1])


def raised(trace: TracebackType) -> tuple[CodeType, int]:
    """Find where an exception was raised.

    Parameters
    ----------
    trace : TracebackType
        Its traceback.

    Returns
    -------
    tuple[CodeType, int]
        The code of the function, and the instruction in it.

    Examples
    --------
    >>> try:
    ...     raise ValueError("too many")
    ... except ValueError as error:
    ...     lookup(*raised(error.__traceback__))["line"]
    2
    """
    while trace.tb_next is not None:
        trace = trace.tb_next
    return trace.tb_frame.f_code, trace.tb_lasti


def _found(code: CodeType, instruction: int) -> dict[str, object]:
    lines = (line for start, stop, line in code.co_lines() if start <= instruction < stop)
    line = next(lines, None) or code.co_firstlineno
    return {"file": _short(code.co_filename), "line": line, "function": code.co_qualname}


def _short(path: str) -> str:
    here = os.getcwd() + os.sep
    return path[len(here) :] if path.startswith(here) else path
