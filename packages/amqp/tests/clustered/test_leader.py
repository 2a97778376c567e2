"""The loss of the node that leads a queue, under load: the others go on with all that was confirmed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from cordio_amqp import Amqp, AmqpError, AmqpSettings, NotSent, Refused, queue
from cordio_core import Duration

if TYPE_CHECKING:
    from cordio_core import App

    from ..conftest import Apps
    from .conftest import Cluster, Member

LIMIT = 120.0
PREFETCH = 20
PUBLISHERS = 4


@dataclass
class Load:
    """Publishes one number after the other, none of them twice, and knows what became of each."""

    queue: str
    confirmed: set[int] = field(default_factory=set)
    failures: dict[int, AmqpError] = field(default_factory=dict)
    handled: Counter[int] = field(default_factory=Counter)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def running(self, amqp: Amqp) -> AsyncIterator[None]:
        """Publish meanwhile."""
        async with asyncio.TaskGroup() as publishers:
            for first in range(PUBLISHERS):
                publishers.create_task(self._publish(amqp, first))
            try:
                yield
            finally:
                self.ended.set()

    async def more(self, count: int) -> None:
        """Wait until so many more were confirmed."""
        wanted = len(self.confirmed) + count
        while len(self.confirmed) < wanted:
            await asyncio.sleep(0.01)

    async def settled(self) -> None:
        """Wait until all that was confirmed is handled."""
        while not self.confirmed <= self.handled.keys():
            await asyncio.sleep(0.01)

    async def _publish(self, amqp: Amqp, number: int) -> None:
        while not self.ended.is_set():
            try:
                await amqp.publish("", self.queue, number)
            except AmqpError as failure:
                self.failures[number] = failure
            else:
                self.confirmed.add(number)
            number += PUBLISHERS


@pytest.mark.parametrize("down", ["kill", "stop"])
@pytest.mark.parametrize("connected_to", ["the leader", "another node"])
def test_the_loss_of_the_leader_under_load_costs_no_confirmed_message(
    cluster: Cluster, apps: Apps, name: str, connected_to: str, down: str
) -> None:
    async def main() -> None:
        load, loop = Load(name), asyncio.get_running_loop()
        leader, other = cluster.members[:2]
        await _declared_at(leader, apps, load)
        hosts = cluster.ahead(leader if connected_to == "the leader" else other)
        settings = AmqpSettings(host=hosts, timeout=Duration("30s"), connect_timeout=Duration("2s"))
        app = _consuming(apps, hosts, load)
        async with asyncio.timeout(LIMIT), app.running(), Amqp(settings) as amqp:
            async with load.running(amqp):
                await load.more(200)
                assert await asyncio.to_thread(other.leads, name) == leader.name
                gone = loop.time()
                await asyncio.to_thread(getattr(leader, down))
                before = len(load.handled)
                while len(load.handled) <= before:
                    await asyncio.sleep(0.01)
                resumed = loop.time() - gone
                await load.more(200)
            await load.settled()
        _check(load, f"{down} of {connected_to}: resumed after {resumed:.2f} s")
        assert await asyncio.to_thread(other.leads, name) != leader.name

    asyncio.run(main())


async def _declared_at(leader: Member, apps: Apps, load: Load) -> None:
    """Let the queue be declared on a node, which leads it then."""
    async with _consuming(apps, f"{leader.host}:{leader.port}", load).running():
        pass


def _consuming(apps: Apps, hosts: str, load: Load) -> App:
    app = apps(5672, host=hosts, prefetch=PREFETCH, connect_timeout="2s")

    @app.on(queue(load.queue))
    async def place(number: int) -> None:
        await asyncio.sleep(0.005)
        load.handled[number] += 1

    return app


def _check(load: Load, what: str) -> None:
    twice = sum(count - 1 for count in load.handled.values())
    kinds = Counter(type(failure).__name__ for failure in load.failures.values())
    print(f"{what}, {len(load.confirmed)} confirmed, {dict(kinds)}, {twice} handled twice")
    kept_from = {number for number, error in load.failures.items() if isinstance(error, NotSent | Refused)}
    assert not kept_from & load.handled.keys(), "a message that was not sent or not taken is there"
    assert load.handled.keys() <= load.confirmed | load.failures.keys()
    assert twice <= PREFETCH, "more than had been handed out"
