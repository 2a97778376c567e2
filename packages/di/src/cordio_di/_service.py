"""What is known of one service before it lives: its name, its type, how it is made."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from keyword import iskeyword

from cordio_di._annotation import EMPTY, arguments_of, resolve, split
from cordio_di._exceptions import WiringError
from cordio_di._limit import seconds
from cordio_di._place import ASYNC_GENERATOR, GENERATOR, bare, called, is_async, place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, TypeVar

    from cordio_di._repeating import Repeating

    D = TypeVar("D")
    Kind = Literal["value", "expected", "class", "function", "coroutine", "generator", "async generator"]

__all__ = ["Lifetime", "Service", "announced", "factory", "is_name", "ready"]

Lifetime = str

_START_WITHIN, _STOP_WITHIN = 60.0, 10.0
_WORD = r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])"


class Service:
    """A service as it was registered; two of them are never equal.

    ``declared`` is the type of a ready object; ``promised`` says that it was announced before the object came.
    """

    __slots__ = (
        *("cool_down", "declared", "health_within", "idle", "kind", "lifetime", "make", "name", "optional"),
        *("promised", "retry", "start_within", "stop_within", "where"),
    )

    def __init__(
        self,
        name: str,
        kind: Kind,
        make: Callable[..., object],
        lifetime: Lifetime,
        start_within: float,
        stop_within: float,
        declared: object = EMPTY,
        where: str | None = None,
        promised: bool = False,
        idle: float | None = None,
        retry: Repeating | None = None,
        cool_down: float = 0.0,
        health_within: float | None = None,
        optional: bool = False,
    ) -> None:
        self.name, self.kind, self.make, self.lifetime = name, kind, make, lifetime
        self.start_within, self.stop_within, self.idle = start_within, stop_within, idle
        self.declared, self.where, self.promised = declared, where, promised
        self.retry, self.cool_down = retry, cool_down
        self.health_within, self.optional = health_within, optional

    @property
    def place(self) -> str:
        """Where it was written; looked up only for messages."""
        return self.where or place(self.make)

    @property
    def is_ready(self) -> bool:
        """Whether its object is there without being made."""
        return self.kind in ("value", "expected")

    def type(self) -> object:
        """Return the type of its object; raise what its annotation raises if that does not resolve."""
        if self.declared is not EMPTY or self.kind == "class":
            return bare(self.make) if self.kind == "class" else self.declared
        written = getattr(bare(self.make), "__annotations__", {}).get("return", EMPTY)
        given = split(resolve(written, self.make, "return")).type
        if self.kind in ("generator", "async generator"):
            given = next(iter(arguments_of(given)), EMPTY)
        return given

    def __str__(self) -> str:
        """Name the service and its place, for a message."""
        return f"the service {self.name!r}, {self.place}"


def ready(name: str, value: object, promise: object = EMPTY) -> Service:
    """Describe an object that is there already; the type that was announced for it stands for its own."""
    _refuse_odd(name)
    known = type(value) if promise is EMPTY else promise
    where = f"a ready object of {type(value).__qualname__}"
    return Service(name, "value", lambda: value, "app", math.inf, math.inf, known, where, promise is not EMPTY)


def announced(name: str, declared: object) -> Service:
    """Describe an object that will be offered before its first use."""
    _refuse_odd(name)
    import inspect

    where = f"an expected object of {inspect.formatannotation(declared)}"
    return Service(name, "expected", _missing, "app", math.inf, math.inf, declared, where, True)


def factory(
    make: Callable[..., object],
    name: str | None = None,
    lifetime: Lifetime = "app",
    start_within: str | float | None = None,
    stop_within: str | float | None = None,
    idle: str | float | None = None,
    retry: Repeating | None = None,
    cool_down: str | float | None = None,
    health_within: str | float | None = None,
    optional: bool = False,
) -> Service:
    """Describe a service that is made by a class or a function; one of an event has no limits by default."""
    if isinstance(make, (classmethod, staticmethod)):
        raise WiringError(
            [f"{place(make)} is a {type(make).__name__}: make a service of what it is in a class"]
        )
    label = _label(make) if name is None else name
    if not callable(make) or (name is None and not is_name(label)):
        raise WiringError([f"{place(make)} cannot be a service named {label!r}: give a callable and a name"])
    _refuse_odd(label)
    start = _limit(make, "start_within", start_within, _START_WITHIN if lifetime == "app" else math.inf)
    stop = _limit(make, "stop_within", stop_within, _STOP_WITHIN if lifetime == "app" else math.inf)
    if lifetime != "app" and (idle, retry, cool_down) != (None, None, None):
        raise WiringError(
            [f"{place(make)} lives for one event: idle, retry and cool_down are for scope='app'"]
        )
    return Service(
        *(label, _kind(make), make, lifetime, start, stop),
        idle=_limit(make, "idle", idle, None),
        retry=retry,
        cool_down=_limit(make, "cool_down", cool_down, 0.0),
        health_within=_limit(make, "health_within", health_within, None),
        optional=optional,
    )


def snake_case(text: str) -> str:
    """Write the name of a class as the name of its service.

    >>> snake_case("DbModel"), snake_case("HTTPClient")
    ('db_model', 'http_client')
    """
    import re

    return re.sub(_WORD, "_", text).lower()


def _kind(make: Callable[..., object]) -> Kind:
    target: object = make
    while isinstance(target, functools.partial):
        target = target.func
    if isinstance(target, type):
        return "class"
    flags = getattr(getattr(called(target), "__code__", None), "co_flags", 0)
    if flags & ASYNC_GENERATOR:
        return "async generator"
    if flags & GENERATOR:
        return "generator"
    return "coroutine" if is_async(make) else "function"


def is_name(text: object) -> bool:
    """Tell whether a parameter can have a name.

    >>> is_name("pool"), is_name("class"), is_name("a b")
    (True, False, False)
    """
    return isinstance(text, str) and text.isidentifier() and not iskeyword(text)


def _refuse_odd(name: str) -> None:
    if not is_name(name):
        raise WiringError([f"{name!r} is no name of a service: write one that a parameter can have"])


def _limit(make: object, option: str, limit: str | float | None, default: D) -> float | D:
    return default if limit is None else seconds(limit, f"{place(make)}: {option}=")


def _label(make: object) -> str:
    """Return the name of a function or a class in snake case, or that of a callable object's class."""
    while isinstance(make, functools.partial):
        make = make.func
    return snake_case(str(getattr(make, "__name__", type(make).__name__)))


def _missing() -> object:
    raise LookupError(
        "it was expected but not offered: call container.value(name, object) before its first use"
    )
