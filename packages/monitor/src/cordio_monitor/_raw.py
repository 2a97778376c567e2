"""What is remembered on the way: one small tuple, nothing formatted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from logging import LogRecord

    from cordio_monitor._event import Event
    from cordio_monitor._scope import Scope
    from cordio_monitor._span import span

__all__ = ["DEBUG", "ERROR", "INFO", "LEVELS", "WARNING", "Raw"]

DEBUG, INFO, WARNING, ERROR = 10, 20, 30, 40
LEVELS = {"debug": DEBUG, "info": INFO, "warning": WARNING, "error": ERROR}

# kind, level, nanoseconds since 1970, subject, detail, scope
Log: TypeAlias = "tuple[Literal['log'], int, int, str, dict[str, object], Scope | None]"
Logging: TypeAlias = "tuple[Literal['logging'], int, int, LogRecord, None, Scope | None]"
Count: TypeAlias = "tuple[Literal['count'], int, int, str, int, Scope | None]"
Timing: TypeAlias = "tuple[Literal['timing'], int, int, str, float, Scope | None]"
Spanned: TypeAlias = "tuple[Literal['span'], int, int, span, tuple[int, BaseException | None], Scope]"
Closing: TypeAlias = "tuple[Literal['event'], int, int, Event, tuple[int, BaseException | None], Scope]"
Books: TypeAlias = "tuple[Literal['ledger'], int, int, str, dict[str, object], None]"
Raw: TypeAlias = "Log | Logging | Books | Count | Timing | Spanned | Closing"
