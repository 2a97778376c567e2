"""Starts that cannot do what they are meant to: written without ``async`` where only ``async`` helps."""

from __future__ import annotations

import collections.abc
from collections.abc import Callable, Iterator

from cordio_di._annotation import origin_of, resolve
from cordio_di._place import bare
from cordio_di._service import Service

__all__ = ["start_faults"]

_PAIRS = (
    *(("__aenter__", "__aexit__"), ("__aexit__", "__aenter__")),
    *(("__enter__", "__exit__"), ("__exit__", "__enter__")),
)
_ASYNC = (
    collections.abc.AsyncIterator,
    collections.abc.AsyncGenerator,
    collections.abc.AsyncIterable,
)


def start_faults(service: Service) -> tuple[str, ...]:
    """Tell what is wrong with the way a service is started and stopped.

    >>> from cordio_di._service import factory
    >>> class Pool:
    ...     async def __init__(self): ...
    >>> start_faults(factory(Pool))
    ('its __init__ is async, so nobody awaits it: make it sync, and start in `async def __aenter__`',)
    """
    if service.kind == "class":
        return tuple(_of_class(bare(service.make)))
    return tuple(_of_function(service))


def _of_class(made: object) -> Iterator[str]:
    import inspect

    if inspect.iscoroutinefunction(getattr(made, "__init__", None)):
        yield "its __init__ is async, so nobody awaits it: make it sync, and start in `async def __aenter__`"
    for one, other in _PAIRS:
        if hasattr(made, one) and not hasattr(made, other):
            yield f"it has {one} but no {other}: write both"
    if hasattr(made, "__enter__") and hasattr(made, "__exit__") and not hasattr(made, "__aenter__"):
        yield (
            "it has __enter__, which nobody calls: write __aenter__ and __aexit__, "
            "or a generator that yields it inside a `with`"
        )
    for name in ("__aenter__", "__aexit__"):
        method = getattr(made, name, None)
        if inspect.isfunction(method) and _returns_itself_at_once(method):
            yield f"its {name} is sync, but is awaited: write `async def {name}`"


def _returns_itself_at_once(method: Callable[..., object]) -> bool:
    """Tell whether a plain method is said to return something that cannot be awaited."""
    import inspect

    if inspect.iscoroutinefunction(method) or "return" not in method.__annotations__:
        return False
    try:
        returned = resolve(method.__annotations__["return"], method, "return")
    except Exception:  # an annotation is code of the user's: what does not resolve tells nothing
        return False
    origin = origin_of(returned) or returned
    return returned is None or not (isinstance(origin, type) and hasattr(origin, "__await__"))


def _of_function(service: Service) -> Iterator[str]:
    if getattr(service.make, "__globals__", {}).get("__name__") == "contextlib":
        yield "it is a context manager, which nobody enters: take the decorator off, a generator is enough"
    if service.kind == "generator" and _said_to_be_async(bare(service.make)):
        yield "it yields from a plain `def` but is said to be async: write `async def`"


def _said_to_be_async(make: object) -> bool:
    try:
        returned = resolve(getattr(make, "__annotations__", {}).get("return"), make, "return")
    except Exception:  # an annotation is code of the user's: another fault tells what it raised
        return False
    return origin_of(returned) in _ASYNC or returned in _ASYNC
