"""What a service tells of itself stands in the state, while it is up and without its secrets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from cordio_core import App, started
from cordio_core.state import ServiceState


@dataclass(frozen=True)
class PoolState:
    size: int
    dsn: str


class Pool:
    """Tells by a dataclass."""

    def state(self) -> PoolState:
        return PoolState(3, "postgresql://ann:hunter2@db/orders")


class Buffer:
    """Tells by a mapping."""

    def state(self) -> Mapping[str, object]:
        return {"depth": 2, "token": "hunter2"}


class Broken:
    """Cannot tell."""

    def state(self) -> object:
        raise RuntimeError("not open")


class Machine:
    """Has methods of this name that mean something else."""

    def state(self, name: str) -> str:
        return name


class Late:
    """Would have to wait."""

    async def state(self) -> Mapping[str, object]:
        return {"depth": 1}


def told(**services: type) -> tuple[dict[str, ServiceState], tuple[str, ...]]:
    app = App("shop")
    for name, kind in services.items():
        app.service(name=name)(kind)
    parameters = ", ".join(services)
    scope: dict[str, object] = {}
    exec(f"def begin({parameters}): pass", scope)
    app.on(started)(cast("Callable[..., None]", scope["begin"]))

    async def main() -> tuple[dict[str, ServiceState], tuple[str, ...]]:
        assert all(each.more == {} for each in app.state().services)
        async with app.running():
            state = app.state()
            return {each.name: each for each in state.services}, state.problems

    return asyncio.run(main())


def test_what_a_mapping_or_a_dataclass_tells_is_there_and_masked() -> None:
    services, problems = told(pool=Pool, buffer=Buffer)
    assert services["pool"].more == {"size": 3, "dsn": "postgresql://ann:***@db/orders"}
    assert services["buffer"].more == {"depth": 2, "token": "***"}
    assert problems == ()


def test_a_service_that_cannot_tell_is_told_of_without_it() -> None:
    services, problems = told(broken=Broken, late=Late, pool=Pool)
    assert (services["broken"].more, services["late"].more) == ({}, {})
    assert services["pool"].more["size"] == 3
    assert problems == ("service broken: RuntimeError: not open",)


def test_a_method_that_wants_something_is_none_of_these() -> None:
    services, problems = told(machine=Machine)
    assert services["machine"].more == {} and problems == ()
