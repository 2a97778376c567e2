"""Services without any other part."""

from __future__ import annotations

import inspect
import time
import typing
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeVar, cast

from cordio_core._exceptions import CoreError, StartError
from cordio_core._health import Health
from cordio_core._names import snake_case
from cordio_core._signature import place

__all__ = ["PlainContainer"]

T = TypeVar("T")
_DATA = (str, bytes, bool, int, float, list, tuple, set, frozenset)
_NOT_PLAIN = (inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction)


@dataclass(frozen=True, slots=True)
class _Node:
    name: str
    place: str
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Graph:
    services: tuple[_Node, ...]


@dataclass(frozen=True, slots=True)
class _Life:
    status: str = "never started"
    since: float = 0.0
    error: str | None = None


class PlainContainer:
    """Services by name alone, made at their first use, without a life cycle."""

    def __init__(self) -> None:
        self._makers: dict[str, Callable[..., object]] = {}
        self._values: dict[str, object] = {}
        self._expected: set[str] = set()
        self._made: dict[str, object] = {}
        self._since: dict[str, float] = {}

    def service(self, target: T, /, *, name: str | None = None) -> T:
        """Take a class or a factory whose parameters are services too."""
        if not callable(target):
            raise CoreError(f"a service is made by a class or a function, not by {target!r}")
        label = name or snake_case(str(getattr(target, "__name__", target)))
        if label in self._makers:
            raise CoreError(f"there are two services {label!r}: give one of them another name")
        self._makers[label] = target
        return cast(T, target)

    def value(self, name: str, value: object, /) -> None:
        """Offer a ready object."""
        self._values[name] = value

    def expect(self, name: str, type_: type, /) -> None:
        """Announce an object that is offered later."""
        self._values.setdefault(name, None)
        self._expected.add(name)

    def provides(self, name: str, annotation: object, /, *, has_default: bool = False) -> bool:
        """Tell whether there is a service of that name; a default, or plain data, is the caller's."""
        if has_default or (name not in self._makers and name not in self._values):
            return False
        return name not in self._expected or _kind(annotation) not in _DATA

    def check(
        self,
        handlers: Collection[Callable[..., object]],
        /,
        given: Mapping[Callable[..., object], Collection[str]] | None = None,
    ) -> None:
        """Find the parameters that nothing fills, and the services that cannot be made."""
        found = [
            f"{place(handler)}: nothing fills {name!r}: register a service of that name"
            for handler in handlers
            for name in _required(handler)
            if name not in (given or {}).get(handler, ()) and not self.provides(name, None)
        ]
        found += self._unmade([name for handler in handlers for name in self._needs(handler)])
        if found:
            raise StartError("the container", found)

    def sections(self, handlers: Collection[Callable[..., object]], /) -> Mapping[str, type]:
        """Ask for no settings."""
        return {}

    async def prepare(self, handlers: Collection[Callable[..., object]], /) -> None:
        """Start nothing ahead of its use."""

    def scoped(self, handlers: Collection[Callable[..., object]], /) -> bool:
        """Know of no service that lives for one event."""
        return False

    def scope(self) -> AbstractAsyncContextManager[None]:
        """Open nothing."""
        return nullcontext()

    def inject(self, handler: Callable[..., object], /) -> Callable[..., Awaitable[object]]:
        """Fill the parameters that are named as services."""
        names = self._needs(handler)

        async def call(**given: object) -> object:
            found = {name: self._make(name) for name in names if name not in given}
            result = handler(**given, **found)
            return await result if inspect.isawaitable(result) else result

        return call

    async def health(self) -> Mapping[str, Health]:
        """Know of no service that can tell."""
        return {}

    def describe(self, handlers: Collection[Callable[..., object]] | None = None, /) -> _Graph:
        """Tell which services handlers reach, those that are needed first; all of them unless given."""
        found: dict[str, _Node] = {}
        wanted = (
            list(self._makers) if handlers is None else [n for each in handlers for n in self._needs(each)]
        )
        for name in wanted:
            self._reach(name, found)
        return _Graph(tuple(found.values()))

    def states(self) -> Mapping[str, _Life]:
        """Tell which services are made."""
        return {
            name: _Life("up", self._since[name]) if name in self._made else _Life() for name in self._makers
        }

    def standing(self) -> Mapping[str, object]:
        """Return the services that are made, by name."""
        return dict(self._made)

    @contextmanager
    def override(self, **fakes: object) -> Iterator[None]:
        """Put other objects in the place of services inside a block."""
        for name in fakes:
            if not self.provides(name, None):
                known = (
                    f"override one of {', '.join(self._makers)}"
                    if self._makers
                    else "there are none to override"
                )
                raise CoreError(f"no service is called {name!r}: {known}")
        values, made = self._values, self._made
        self._values, self._made = {**values, **fakes}, {}
        try:
            yield
        finally:
            self._values, self._made = values, made

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
            self._made[name] = maker(**{need: self._make(need) for need in self._needs(maker)})
            self._since[name] = time.time()
        return self._made[name]

    def _needs(self, function: Callable[..., object]) -> tuple[str, ...]:
        return tuple(name for name in _required(function) if self.provides(name, None))

    def _unmade(self, wanted: Collection[str]) -> list[str]:
        """Tell of each service in use that cannot be made without a real container."""
        found: dict[str, None] = {}
        seen: set[str] = set()

        def follow(name: str, way: tuple[str, ...]) -> None:
            if name in way:
                circle = " -> ".join((*way[way.index(name) :], name))
                found[f"the services {circle} need each other: let one of them do without the other"] = None
            elif name in self._makers and name not in seen:
                found.update(dict.fromkeys(self._faults(self._makers[name])))
                for need in self._needs(self._makers[name]):
                    follow(need, (*way, name))
                seen.add(name)

        for name in wanted:
            follow(name, ())
        return list(found)

    def _faults(self, maker: Callable[..., object]) -> Iterator[str]:
        code = inspect.unwrap(maker)
        if any(is_kind(code) for is_kind in _NOT_PLAIN):
            yield (
                f"{place(maker)} is async or a generator: nobody here awaits or closes what it makes: "
                "return it from a plain function, or give App(container=Container()) of cordio-di"
            )
        for name in _required(maker):
            if not self.provides(name, None):
                yield f"{place(maker)}: nothing fills {name!r}: register a service of that name"

    def _reach(self, name: str, found: dict[str, _Node]) -> None:
        if name in self._makers and name not in found:
            needs = self._needs(self._makers[name])
            for need in needs:
                self._reach(need, found)
            found[name] = _Node(name, place(self._makers[name]), needs)


def _kind(annotation: object) -> object:
    return typing.get_origin(annotation) or annotation


def _required(handler: Callable[..., object]) -> list[str]:
    parameters = inspect.signature(handler).parameters.values()
    named = (each for each in parameters if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD))
    return [parameter.name for parameter in named if parameter.default is parameter.empty]
