"""The handler layer without any rule."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, TypeVar, cast

from cordio_core._exceptions import CoreError
from cordio_core._signature import place

__all__ = ["PlainGuard"]

F = TypeVar("F", bound=Callable[..., object])
T = TypeVar("T")

_INTERNAL = b'{"type":"about:blank","title":"Internal Server Error","status":500,"code":"internal"}'
_UNAVAILABLE = b'{"type":"about:blank","title":"Service Unavailable","status":503,"code":"unavailable"}'


@dataclass(frozen=True, slots=True)
class _Rendered:
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "application/problem+json"})
    body: bytes = _INTERNAL


@dataclass(frozen=True, slots=True)
class _Answer:
    rendered: _Rendered

    def render(self, kind: str, accept_language: str | None = None, /) -> _Rendered:
        return self.rendered


_ANSWERS = {
    "internal": _Answer(_Rendered()),
    "unavailable": _Answer(_Rendered(503, body=_UNAVAILABLE)),
}


class _Outcome(NamedTuple):
    value: object = None
    answer: _Answer | None = None
    ended: str | None = None
    error: Exception | None = None


# A named tuple's own constructor costs more than all the rest of a layer.
_outcome = partial(cast("Callable[[type[_Outcome], tuple[object, ...]], _Outcome]", tuple.__new__), _Outcome)


class PlainGuard:
    """Answers every exception with a 500 that tells nothing, or a 503 where a limit was met, and logs it."""

    def check(self) -> None:
        """Find nothing: there are no rules."""

    def handler(self, *, rules: Sequence[object] = ()) -> Callable[[F], F]:
        """Change nothing; refuse rules."""
        return _unchanged(rules)

    def service(self, *, rules: Sequence[object] = ()) -> Callable[[T], T]:
        """Change nothing; refuse rules."""
        return _unchanged(rules)

    async def run(self, handler: Callable[..., Awaitable[object]], /, *args: object) -> _Outcome:
        """Call the handler."""
        try:
            return _outcome((await handler(*args), None, None, None))
        except Exception as error:  # this is the layer that ends them all
            from logging import getLogger

            getLogger("cordio").exception("%s failed", getattr(handler, "__qualname__", handler))
            return _Outcome(answer=_ANSWERS.get(getattr(type(error), "answer_code", ""), _ANSWERS["internal"]))


def _unchanged(rules: Sequence[object]) -> Callable[[T], T]:
    def decorate(target: T) -> T:
        if rules:
            what = place(target) if callable(target) else repr(target)
            raise CoreError(f"{what} has error rules, but nobody follows them: give App(errors=Errors())")
        return target

    return decorate
