"""Which changes of rules and texts are in force in the running context."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cordio_errors._overrides import Overrides

__all__ = ["overriding"]

overriding: ContextVar[Overrides | None] = ContextVar("cordio_errors_overrides", default=None)
