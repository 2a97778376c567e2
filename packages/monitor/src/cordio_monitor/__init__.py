"""One record, many destinations, delivered after the answer: logging and spans for asyncio services."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from cordio_monitor._annotate import annotate, rename
from cordio_monitor._log import Log, log
from cordio_monitor._metrics import count, timing
from cordio_monitor._propagation import baggage, trace_headers
from cordio_monitor._quiet import level, only, quiet
from cordio_monitor._scope import trace_id
from cordio_monitor._span import span

if TYPE_CHECKING:
    from cordio_monitor._exceptions import (
        AlreadyEntered,
        AlreadyRunning,
        ExtraError,
        KindError,
        LeakError,
        MonitorError,
        NotAFunction,
        SettingError,
    )
    from cordio_monitor._masking import mask
    from cordio_monitor._monitor import Monitor
    from cordio_monitor._observed import observed
    from cordio_monitor._policy import MaskSettings
    from cordio_monitor._settings import LogSettings, SentrySettings, StatsdSettings, ZipkinSettings

__all__ = [
    "AlreadyEntered",
    "AlreadyRunning",
    "ExtraError",
    "KindError",
    "LeakError",
    "Log",
    "LogSettings",
    "MaskSettings",
    "Monitor",
    "MonitorError",
    "NotAFunction",
    "SentrySettings",
    "SettingError",
    "StatsdSettings",
    "ZipkinSettings",
    "annotate",
    "baggage",
    "count",
    "level",
    "log",
    "mask",
    "observed",
    "only",
    "quiet",
    "rename",
    "span",
    "timing",
    "trace_headers",
    "trace_id",
]

# A module that only logs pays for nothing else.
_LATER = {
    "AlreadyEntered": "_exceptions",
    "AlreadyRunning": "_exceptions",
    "ExtraError": "_exceptions",
    "KindError": "_exceptions",
    "LeakError": "_exceptions",
    "LogSettings": "_settings",
    "MaskSettings": "_policy",
    "Monitor": "_monitor",
    "MonitorError": "_exceptions",
    "NotAFunction": "_exceptions",
    "SentrySettings": "_settings",
    "SettingError": "_exceptions",
    "StatsdSettings": "_settings",
    "ZipkinSettings": "_settings",
    "mask": "_masking",
    "observed": "_observed",
}


# Hidden from type checkers, to which it would make every name known.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
        globals()[name] = value
        return value
