"""The handlers of one event, one after the other, as one callable."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TypeAlias

from cordio_core._request import Request
from cordio_core._responded import responded
from cordio_core._response import Response
from cordio_core._ring import Ring
from cordio_core._step import Step

__all__ = ["Chain", "Data"]

Values: TypeAlias = Mapping[str, object]
Data: TypeAlias = Values | Callable[[], Awaitable[Values]]
Opened: TypeAlias = Callable[[], AbstractAsyncContextManager[object]]


class Chain:
    """What runs around, before and after a handler, and the handler.

    The handlers that need none of the event's data run before the data are read, so that who may not ask is
    told so, and not that the data are wrong.

    Parameters
    ----------
    main : Step
        The handler.
    rings : sequence of Ring
        What runs around it, the outermost first.
    before : sequence of Step
        What runs before it.
    after : sequence of Step
        What runs after it.

    Attributes
    ----------
    within : float or None
        How long it may take, in seconds, as far as that is told of; who makes it limited says so.
    """

    def __init__(
        self, main: Step, rings: Sequence[Ring] = (), before: Sequence[Step] = (), after: Sequence[Step] = ()
    ) -> None:
        self.main, self.rings, self.before, self.after = main, tuple(rings), tuple(before), tuple(after)
        self.opened: Opened | None = None
        self.within: float | None = None
        self._defaults = {
            p.name: p.default for p in main.needs.data if p.default is not inspect.Parameter.empty
        }
        early = 0
        while early < len(self.before) and not self.before[early].needs.data:
            early += 1
        self._early, self._late = self.before[:early], self.before[early:]
        self._rings_read = any(ring.step.needs.data for ring in self.rings)

    @property
    def steps(self) -> tuple[Step, ...]:
        """All the functions, in their order."""
        return (*(ring.step for ring in self.rings), *self.before, self.main, *self.after)

    @property
    def is_single(self) -> bool:
        """Whether there is nothing but the handler."""
        return len(self.steps) == 1

    @property
    def reads_late(self) -> bool:
        """Whether something runs before the data are read."""
        return not self._rings_read and bool(self._early or self.rings)

    async def run(self, request: Request, data: Data) -> object:
        """Run the whole chain.

        Parameters
        ----------
        request : Request
            The event's request.
        data : mapping, or callable that returns an awaitable of one
            The event's data.

        Returns
        -------
        object
            What the handler, or whoever answered in its place, returned.
        """
        if self.opened is None:
            return await self._run(request, data)
        async with self.opened():
            return await self._run(request, data)

    async def _run(self, request: Request, data: Data) -> object:
        values = dict(self._defaults)
        if self._rings_read:
            data = await _read(data)
            values.update(data)
        if not self.rings:
            return await self._inside(request, data, values)
        return await self._ringed(0, request, data, values)

    async def _ringed(self, depth: int, request: Request, data: Data, values: dict[str, object]) -> Response:
        if depth == len(self.rings):
            return responded(await self._inside(request, data, values))
        return await self.rings[depth].run(
            request, values, lambda: self._ringed(depth + 1, request, data, values)
        )

    async def _inside(self, request: Request, data: Data, values: dict[str, object]) -> object:
        answer = await _before(self._early, request, values)
        if answer is not None:
            return answer
        values.update(await _read(data))
        answer = await _before(self._late, request, values)
        if answer is not None:
            return answer
        value = await self.main.run(request, values)
        return await self._after(request, values, value) if self.after else value

    async def _after(self, request: Request, values: dict[str, object], value: object) -> object:
        if self.main.offers is not None:
            values[self.main.offers] = value
        for step in self.after:
            values["response"] = responded(value)
            other = await step.run(request, values)
            if isinstance(other, Response):
                value = other
            elif step.offers is not None:
                values[step.offers] = other
        return value


async def _read(data: Data) -> Values:
    return data if isinstance(data, Mapping) else await data()


async def _before(steps: Sequence[Step], request: Request, values: dict[str, object]) -> Response | None:
    for step in steps:
        found = await step.run(request, values)
        if isinstance(found, Response):
            return found
        if step.offers is not None:
            values[step.offers] = found
    return None
