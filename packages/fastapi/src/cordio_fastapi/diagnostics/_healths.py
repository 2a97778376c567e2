"""How the services in use are, asked once for all who want to know it at the same moment."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic, perf_counter

from cordio_core import Health
from cordio_core.functions import SingleFlight
from cordio_core.protocols import CheckedEntrypoint, Runtime

__all__ = ["Checks", "Found", "Healths"]

Found = Mapping[str, Mapping[str, object]]
Checks = Mapping[str, Callable[[], Awaitable[None]]]

_TYPE = re.compile(r"([A-Za-z_][\w.]*)(?::|$)", re.ASCII)
_ALL = "*"


class Healths:
    """Asks all services at the same time, and remembers what they say for a moment.

    Parameters
    ----------
    runtime : Runtime
        The started application.
    limit : float
        How long they may take together, in seconds; each has a limit of its own besides.
    cache : float
        How long the answer is kept, in seconds.
    checks : callable
        Returns what has to be asked besides, by name: each raises if something is wrong.
    """

    def __init__(
        self, runtime: Runtime, limit: float, cache: float, checks: Callable[[], Checks] = dict
    ) -> None:
        self._runtime, self._limit, self._cache, self._checks = runtime, limit, cache, checks
        self._flights = SingleFlight[Found]()
        self._found: Found = {}
        self._until = -1.0

    async def services(self) -> Found:
        """Tell how they are.

        Returns
        -------
        mapping
            Status, time and error of each by its name; of an error the type alone, for there may be a secret
            in its text.
        """
        if monotonic() < self._until:
            return self._found
        return await self._flights.run("health", self._ask)

    async def _ask(self) -> Found:
        async with asyncio.TaskGroup() as group:
            services = group.create_task(self._services())
            checks = {**self._of_sources(), **self._checks()}
            asked = {name: group.create_task(self._checked(check)) for name, check in checks.items()}
        told = {**services.result(), **{name: task.result() for name, task in asked.items()}}
        self._found, self._until = told, monotonic() + self._cache
        return told

    def _of_sources(self) -> Checks:
        """Return what the sources of events have to be asked."""
        told = (source.checks for source in self._runtime.sources if isinstance(source, CheckedEntrypoint))
        return {name: check for checks in told for name, check in checks.items()}

    async def _services(self) -> Found:
        try:
            async with asyncio.timeout(self._limit):
                found = await self._runtime.health()
            return {name: _state(health) for name, health in found.items()}
        except Exception as error:  # the services' own; what fails is not well
            return {_ALL: {"status": "down", "error": type(error).__name__}}

    async def _checked(self, check: Callable[[], Awaitable[None]]) -> Mapping[str, object]:
        began = perf_counter()
        told: dict[str, object] = {"status": "up"}
        try:
            async with asyncio.timeout(self._limit):
                await check()
        except Exception as error:  # the check's own; what fails is not well
            minor = {"optional": True} if getattr(error, "optional", False) is True else {}
            told = {"status": "down", "error": type(error).__name__, **minor}
        return {**told, "took_ms": round((perf_counter() - began) * 1000, 1)}


def _state(health: Health) -> Mapping[str, object]:
    state: dict[str, object] = {"status": health.status, "took_ms": round(health.took * 1000, 1)}
    if health.error is not None:
        state["error"] = _type(health.error)
    if getattr(health, "optional", False):
        state["optional"] = True
    return state


def _type(error: str) -> str:
    """Return the type of an error from its text; the rest of the text may hold what is secret."""
    found = _TYPE.match(error)
    return found[1] if found else "Error"
