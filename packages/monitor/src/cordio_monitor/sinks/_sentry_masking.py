"""Masking of an event of Sentry, its frames included."""

from __future__ import annotations

from typing import Any

from cordio_monitor._masking import HIDDEN, mask

__all__ = ["masked_event"]


def masked_event(event: Any) -> Any:
    """Mask an event piece by piece, so that a large piece does not hide the rest.

    Parameters
    ----------
    event : Any
        An event of the SDK.

    Returns
    -------
    Any
        The event without secrets, those in the variables and the source of its frames too.

    Examples
    --------
    >>> masked_event({"extra": {"password": "hunter2", "n": 3}})
    {'extra': {'password': '***', 'n': 3}}
    """
    masked: dict[str, object] = {}
    for name, value in event.items():
        masked |= {name: _exceptions(value)} if name == "exception" else _named(name, value)
    return masked


def _named(name: str, value: object) -> dict[str, object]:
    found = mask({name: value})
    return found if isinstance(found, dict) else {}


def _exceptions(exception: Any) -> dict[str, object]:
    return {"values": [_exception(value) for value in exception.get("values", ())]}


def _exception(value: Any) -> dict[str, object]:
    rest = {name: item for name, item in value.items() if name != "stacktrace"}
    frames = [_frame(frame) for frame in (value.get("stacktrace") or {}).get("frames", ())]
    masked = mask(rest)
    known = masked if isinstance(masked, dict) else {}
    return {**known, "stacktrace": {"frames": frames}} if frames else known


def _frame(frame: Any) -> object:
    """Mask a frame; its lines of source together, since a secret may stand on another line than its name."""
    lines = (
        *(frame.get("pre_context") or ()),
        frame.get("context_line") or "",
        *(frame.get("post_context") or ()),
    )
    shown = set(mask("\n".join(map(str, lines))).split("\n"))
    masked = mask(frame)
    for name in ("pre_context", "context_line", "post_context"):
        if isinstance(masked, dict) and masked.get(name):
            masked[name] = _shown(masked[name], shown)
    return masked


def _shown(lines: object, shown: set[str]) -> object:
    if isinstance(lines, list):
        return [_shown(line, shown) for line in lines]
    return lines if lines in shown or HIDDEN in str(lines) else HIDDEN
