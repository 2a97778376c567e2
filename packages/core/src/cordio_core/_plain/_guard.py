"""The handler layer without any rule."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

__all__ = ["PlainGuard"]

_logger = logging.getLogger("cordio")
_INTERNAL = b'{"type":"about:blank","title":"Internal Server Error","status":500,"code":"internal"}'


@dataclass(frozen=True, slots=True)
class _Rendered:
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "application/problem+json"})
    body: bytes = _INTERNAL


class _Internal:
    def render(self, kind: str, /) -> _Rendered:
        return _Rendered()


@dataclass(frozen=True, slots=True)
class _Outcome:
    value: object = None
    answer: _Internal | None = None


class PlainGuard:
    """Answers every exception with a 500 that tells nothing, and logs it."""

    def check(self) -> None:
        """Find nothing: there are no rules."""

    async def run(self, handler: Callable[..., Awaitable[object]], /, *args: object) -> _Outcome:
        """Call the handler."""
        try:
            return _Outcome(await handler(*args))
        except Exception:
            _logger.exception("%s failed", getattr(handler, "__qualname__", handler))
            return _Outcome(answer=_Internal())
