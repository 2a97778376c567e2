"""Records in the standard ``logging``."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from types import CodeType, TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from cordio_core.protocols import Configuration, Monitor

if TYPE_CHECKING:
    from logging import Logger

__all__ = ["PlainMonitoring"]

F = TypeVar("F", bound=Callable[..., object])


@cache
def _logger() -> Logger:
    import logging

    return logging.getLogger("cordio")


class _Log:
    def debug(self, message: str, /, **fields: object) -> None:
        _logger().debug(_line(message, fields))

    def info(self, message: str, /, **fields: object) -> None:
        _logger().info(_line(message, fields))

    def warning(self, message: str, /, **fields: object) -> None:
        _logger().warning(_line(message, fields))

    def error(self, message: str, /, **fields: object) -> None:
        error = fields.get("error")
        trace = error if isinstance(error, BaseException) else sys.exc_info()[0] is not None
        _logger().error(_line(message, fields), exc_info=trace)


def _line(message: str, fields: Mapping[str, object]) -> str:
    return " ".join([message, *(f"{name}={value!r}" for name, value in fields.items())])


class _Incoming:
    def __init__(self, name: str) -> None:
        self.name, self.trace_id = name, os.urandom(16).hex()
        self.status: object = None

    def rename(self, name: str, /) -> None:
        self.name = name

    def answered(self, status: object, /, at: CodeType | None = None) -> None:
        self.status = status


class _Monitor:
    log = _Log()

    @contextmanager
    def incoming(self, name: str, /, *, headers: Mapping[str, str] | None = None) -> Iterator[_Incoming]:
        span = _Incoming(name)
        try:
            yield span
        finally:
            _logger().info("%s %s", span.name, span.status)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        return None


class PlainMonitoring:
    """Writes to the standard ``logging``, logger ``cordio``."""

    sections: Mapping[str, type] = {}

    def observed(self, point: str, /) -> Callable[[F], F]:
        """Make no spans."""
        return lambda function: function

    def monitor(self, service: str, configuration: Configuration, /) -> Monitor:
        """Make the monitor."""
        return _Monitor()
