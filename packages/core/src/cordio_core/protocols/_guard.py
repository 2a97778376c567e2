"""What the kernel asks of error rules and their answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar, runtime_checkable

__all__ = ["Answer", "Guard", "Outcome", "Rendered", "TellingGuard"]

T = TypeVar("T")
Function = TypeVar("Function", bound=Callable[..., object])


class Rendered(Protocol):
    """An answer in the terms of one destination."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def body(self) -> bytes: ...


class Answer(Protocol):
    """What a rule answers."""

    def render(self, kind: str, accept_language: str | None = None, /) -> Rendered:
        """Return the answer for a destination: ``http``, ``amqp``, ``internal``; in a language if any."""
        ...


class Outcome(Protocol):
    """What a guarded call came to: a value, or the answer to what went wrong."""

    @property
    def value(self) -> object: ...

    @property
    def answer(self) -> Answer | None: ...

    @property
    def ended(self) -> str | None:
        """``stop`` if a rule ended the flow, ``halt`` if it asks that the application stops, else None."""
        ...

    @property
    def error(self) -> Exception | None:
        """Why the application is to stop."""
        ...


class Guard(Protocol):
    """The handler layer: runs a handler, turns its exception into an outcome by rule."""

    async def run(self, handler: Callable[..., Awaitable[object]], /, *args: object) -> Outcome:
        """Call `handler` in a handler layer."""
        ...

    def handler(self, *, rules: Sequence[Any] = ()) -> Callable[[Function], Function]:
        """Return a decorator that gives a function for `run` rules of its own."""
        ...

    def service(self, *, rules: Sequence[Any] = ()) -> Callable[[T], T]:
        """Return a decorator that puts a service layer around a function, or an object's public methods."""
        ...

    def check(self) -> None:
        """Raise one error for all mistakes in the rules; its ``problems`` are their texts."""
        ...


@runtime_checkable
class TellingGuard(Guard, Protocol):
    """A guard that tells what its rules may answer."""

    def answers(self, *, rules: Sequence[Any] = ()) -> Mapping[str, Answer]:
        """Return an example of each answer by its code: of the application's rules and of a handler's own."""
        ...
