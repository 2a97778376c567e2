"""The event of a generated call: a bare list, which becomes a `ServiceScope` only if somebody else needs one.

A record is ``[scope or None, plan or None, object, …, end, …]``: an object and an end (a generator, or what
was entered) for each service of the plan, in the order of making. Without its plan it is closed, or is being
closed: then the number of the services that are still there stands in the place of the scope.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Generator
from types import GeneratorType
from typing import Final, NoReturn, cast

from cordio_di._app_scope import AppScope
from cordio_di._life import unavailable
from cordio_di._opened import Opened, ending
from cordio_di._service import Service
from cordio_di._service_scope import ServiceScope
from cordio_di._wire import MISSING

__all__ = ["FIRST", "Plan", "Record", "abort", "again", "again_sync", "awaits", "finish", "later", "rest"]

Record = list[object]
FIRST: Final = 2


class Plan:
    """The services that a generated call makes for its event, those that are needed first.

    ``names`` are the globals of the generated function. The one called ``touched`` says that an event was
    asked for a service while its services were being made: the function must look before each making.
    """

    def __init__(self, app: AppScope, services: tuple[Service, ...]) -> None:
        self.app, self.services = app, services
        self.names: dict[str, object] = {}
        self.touched = "touched"
        self.blank: Record = [None, self, *(MISSING for _ in services), *(None for _ in services)]

    def scope(self, record: Record) -> ServiceScope:
        """Return the scope that stands for the record, and show it what was made since."""
        scope = record[0]
        if not isinstance(scope, ServiceScope):
            scope = record[0] = ServiceScope(self.app).opened()
            if self.unmade(record) is not None:
                self.names[self.touched] = True
        self._show(scope, record)
        return scope

    def ending(self, record: Record) -> ServiceScope:
        """Return the scope that stands for the record while its services are being closed."""
        scope = ServiceScope(self.app).ended()
        for service, value in zip(self.services[: cast(int, record[0])], record[FIRST:], strict=False):
            scope.slot(service).put(value)
        return scope

    def unmade(self, record: Record) -> Service | None:
        """Return the first service that is not there yet."""
        made = zip(self.services, record[FIRST:], strict=False)
        return next((service for service, value in made if value is MISSING), None)

    def ends(self, record: Record, count: int | None = None) -> list[tuple[Service, Opened]]:
        """Return the first `count` services with how they are closed, if they are."""
        first = FIRST + len(self.services)
        pairs = list(zip(self.services, record[FIRST:first], record[first:], strict=True))
        return [(s, Opened(value, ending(s, end))) for s, value, end in pairs[:count] if end is not None]

    def _show(self, scope: ServiceScope, record: Record) -> None:
        for service, value in zip(self.services, record[FIRST:], strict=False):
            slot = scope.slot(service)
            if value is MISSING and slot.value is MISSING:
                slot.making = slot.life is None
                return
            slot.making = False
            if slot.value is MISSING:
                slot.put(value)


async def later(record: Record, number: int) -> object:
    """Return the object of a service, made by whoever is first, since others ask for services meanwhile."""
    plan = cast(Plan, record[1])
    scope = plan.scope(record)
    slot = scope.slot(plan.services[number])
    slot.making = False
    try:
        await scope.make([slot.service], plan.app)
    except BaseException as error:
        scope.told = error
        raise
    return slot.value


async def abort(record: Record, error: BaseException) -> None:
    """Close an event whose handler, or one of whose services, has failed; the caller raises `error` again."""
    plan = cast(Plan, record[1])
    failed = plan.unmade(record)
    scope = plan.scope(record)
    record[1] = None
    scope.take(plan.ends(record))
    if failed is None or not isinstance(error, Exception) or error is scope.told:
        await scope.close(error)
        return
    cause = _cause(failed, error)
    told = unavailable(failed, cause)
    await scope.close(told)
    raise told from (cause.__cause__ or cause)


async def finish(record: Record) -> None:
    """Close an event that others have joined."""
    plan = cast(Plan, record[1])
    scope = plan.scope(record)
    record[1] = None
    scope.take(plan.ends(record))
    await scope.close(None)


async def rest(plan: Plan, record: Record, error: BaseException) -> None:
    """Close the services of an event that are still there, since the end of the next one has failed."""
    left, scope = cast(int, record[0]), plan.ending(record)
    scope.note(plan.services[left], error)
    scope.take(plan.ends(record, left))
    await scope.close(None)


async def again(generator: AsyncGenerator[object, None]) -> NoReturn:
    """Close a generator that yields twice, and refuse it."""
    await generator.aclose()
    raise RuntimeError("it yields a second time: yield the object once")


def again_sync(generator: Generator[object, None, None]) -> NoReturn:
    """Close a generator that yields twice, and refuse it."""
    generator.close()
    raise RuntimeError("it yields a second time: yield the object once")


def awaits(value: object) -> bool:
    """Tell whether a value must be awaited; quicker than ``inspect.isawaitable``.

    >>> awaits(3)
    False
    """
    return hasattr(type(value), "__await__") or (type(value) is GeneratorType and inspect.isawaitable(value))


def _cause(failed: Service, error: Exception) -> Exception:
    ended = {"generator": StopIteration, "async generator": StopAsyncIteration}.get(failed.kind)
    if ended is not None and isinstance(error, ended):
        return RuntimeError("it ends without a yield: yield the object once")
    return error
