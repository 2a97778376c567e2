"""What an application is made of when no other part is handed in."""

from __future__ import annotations

import inspect
import logging
import secrets
import sys
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, TypeVar, cast

from cordio_core._exceptions import CoreError
from cordio_core._health import Health
from cordio_core.protocols import Configuration, Monitor

__all__ = ["PlainConfiguring", "PlainContainer", "PlainGuard", "PlainMonitoring"]

T = TypeVar("T")
_logger = logging.getLogger("cordio")
_INTERNAL = b'{"type":"about:blank","title":"Internal Server Error","status":500,"code":"internal"}'


class PlainContainer:
    """Services by name alone, made at their first use, without a life cycle."""

    def __init__(self) -> None:
        self._makers: dict[str, Callable[..., object]] = {}
        self._values: dict[str, object] = {}
        self._made: dict[str, object] = {}

    def service(self, target: T, /, *, name: str | None = None) -> T:
        """Take a class or a factory whose parameters are services too."""
        if not callable(target):
            raise CoreError(f"a service is made by a class or a function, not by {target!r}")
        self._makers[name or str(getattr(target, "__name__", target))] = target
        return cast(T, target)

    def value(self, name: str, value: object, /) -> None:
        """Offer a ready object."""
        self._values[name] = value

    def expect(self, name: str, type_: type, /) -> None:
        """Announce an object that is offered later."""
        self._values.setdefault(name, None)

    def provides(self, name: str, annotation: object, /) -> bool:
        """Tell whether there is a service of that name."""
        return name in self._makers or name in self._values

    def check(
        self,
        handlers: Collection[Callable[..., object]],
        /,
        given: Mapping[Callable[..., object], Collection[str]] | None = None,
    ) -> None:
        """Find nothing: what is missing shows when a parameter is worked out."""

    def sections(self, handlers: Collection[Callable[..., object]], /) -> Mapping[str, type]:
        """Ask for no settings."""
        return {}

    async def prepare(self, handlers: Collection[Callable[..., object]], /) -> None:
        """Start nothing ahead of its use."""

    def inject(self, handler: Callable[..., object], /) -> Callable[..., Awaitable[object]]:
        """Fill the parameters that are named as services."""
        names = [name for name in inspect.signature(handler).parameters if self.provides(name, None)]

        async def call(**given: object) -> object:
            found = {name: self._make(name) for name in names if name not in given}
            result = handler(**given, **found)
            return await result if inspect.isawaitable(result) else result

        return call

    async def health(self) -> Mapping[str, Health]:
        """Know of no service that can tell."""
        return {}

    async def __aenter__(self) -> Self:
        """Open nothing."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Forget what was made."""
        self._made.clear()

    def _make(self, name: str) -> object:
        if name in self._values:
            return self._values[name]
        if name not in self._made:
            maker = self._makers[name]
            needed = [need for need in inspect.signature(maker).parameters if self.provides(need, None)]
            self._made[name] = maker(**{need: self._make(need) for need in needed})
        return self._made[name]


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


class _Log:
    def debug(self, message: str, /, **fields: object) -> None:
        _logger.debug(_line(message, fields))

    def info(self, message: str, /, **fields: object) -> None:
        _logger.info(_line(message, fields))

    def warning(self, message: str, /, **fields: object) -> None:
        _logger.warning(_line(message, fields))

    def error(self, message: str, /, **fields: object) -> None:
        _logger.error(_line(message, fields), exc_info=sys.exc_info()[0] is not None)


def _line(message: str, fields: Mapping[str, object]) -> str:
    return " ".join([message, *(f"{name}={value!r}" for name, value in fields.items())])


class _Incoming:
    def __init__(self, name: str) -> None:
        self.name, self.status, self.trace_id = name, cast(object, None), secrets.token_hex(16)

    def rename(self, name: str, /) -> None:
        self.name = name

    def answered(self, status: object, /) -> None:
        self.status = status


class _Monitor:
    log = _Log()

    @contextmanager
    def incoming(self, name: str, /, *, headers: Mapping[str, str] | None = None) -> Iterator[_Incoming]:
        span = _Incoming(name)
        try:
            yield span
        finally:
            _logger.info("%s %s", span.name, span.status)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        return None


class PlainMonitoring:
    """Writes to the standard ``logging``, logger ``cordio``."""

    sections: Mapping[str, type] = {}

    def monitor(self, service: str, configuration: Configuration, /) -> Monitor:
        """Make the monitor."""
        return _Monitor()


class _Defaults:
    def __init__(self, options: Mapping[str, object]) -> None:
        self._options = options

    def slice(self, section: str, model: type[T], /) -> T:
        return model()

    def __getitem__(self, key: str, /) -> object:
        return self._options[key]


class PlainConfiguring:
    """Every setting at its default."""

    def configuration(self, sections: Mapping[str, type], options: Sequence[object], /) -> Configuration:
        """Take the defaults of the options that stand on the root component."""
        named = {str(getattr(option, "name", option)): getattr(option, "default", None) for option in options}
        return _Defaults(named)
