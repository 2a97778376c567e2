"""What a broker and a network do to a service under load: alarms, closed connections, delays."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from cordio_amqp import Amqp, AmqpError, AmqpSettings, NotSent, OutcomeUnknown, Unavailable, queue
from cordio_core import Duration

if TYPE_CHECKING:
    from cordio_core import App
    from tools.servers import RabbitMQ

    from .conftest import Apps, Progress, Proxies

LIMIT = 120.0
PREFETCH = 20


class Trial:
    """A service that publishes and one that consumes, and what became of each number."""

    def __init__(self, app: App, name: str, progress: Progress) -> None:
        self.app, self.name, self.progress = app, name, progress
        self.confirmed: set[int] = set()
        self.failures: dict[int, AmqpError] = {}
        self.handled: Counter[int] = Counter()
        self._next = 0

        @app.on(queue(name))
        async def place(number: int) -> None:
            self.handled[number] += 1
            progress.step()

    async def publish(self, amqp: Amqp, count: int = 1) -> None:
        """Publish so many numbers at once."""
        numbers = range(self._next, self._next + count)
        self._next += count
        await asyncio.gather(*(self._one(amqp, number) for number in numbers))

    async def settled(self) -> None:
        """Wait until all that was confirmed is handled."""
        await self.progress.until(lambda: self.confirmed <= self.handled.keys())

    @property
    def not_sent(self) -> set[int]:
        """The numbers that surely did not arrive."""
        return {number for number, failure in self.failures.items() if isinstance(failure, NotSent)}

    @property
    def twice(self) -> int:
        """How many were handled again."""
        return sum(count - 1 for count in self.handled.values())

    @asynccontextmanager
    async def loaded(self, amqp: Amqp) -> AsyncIterator[None]:
        """Publish meanwhile, some at a time."""
        ended = False

        async def run() -> None:
            while not ended:
                await self.publish(amqp, 10)

        running = asyncio.create_task(run())
        try:
            yield
        finally:
            ended = True
            await running

    async def _one(self, amqp: Amqp, number: int) -> None:
        try:
            await amqp.publish("", self.name, number)
        except AmqpError as failure:
            self.failures[number] = failure
        else:
            self.confirmed.add(number)
        self.progress.step()


async def _until(*, confirmed: int, trial: Trial) -> None:
    wanted = len(trial.confirmed) + confirmed
    await trial.progress.until(lambda: len(trial.confirmed) >= wanted)


def _check(trial: Trial, twice: int) -> None:
    assert trial.confirmed <= trial.handled.keys()
    assert not trial.not_sent & trial.handled.keys(), "a message that was not sent is there"
    assert trial.twice <= twice


def test_a_full_disk_holds_publishing_back_and_lets_consuming_go_on(
    own_rabbitmq: RabbitMQ, apps: Apps, progress: Progress, name: str
) -> None:
    async def main() -> None:
        trial = Trial(apps(own_rabbitmq.port, prefetch=PREFETCH), name, progress)
        settings = AmqpSettings(port=own_rabbitmq.port, timeout=Duration("1s"))
        async with asyncio.timeout(LIMIT), trial.app.running(), Amqp(settings) as amqp:
            async with trial.loaded(amqp):
                await _until(confirmed=200, trial=trial)
                await asyncio.to_thread(own_rabbitmq.control, "set_disk_free_limit", "1000000000000000")
                await trial.progress.until(lambda: bool(trial.failures))
                with pytest.raises(Unavailable, match="alarm"):
                    await amqp.health()
                with pytest.raises(NotSent, match="alarm"):
                    await amqp.publish("", name, -1)
                await trial.settled()
                await asyncio.to_thread(own_rabbitmq.control, "set_disk_free_limit", "16MB")
                await _until(confirmed=200, trial=trial)
            await trial.settled()
            await amqp.health()
        assert all(isinstance(each, NotSent | OutcomeUnknown) for each in trial.failures.values())
        assert all("alarm" in str(failure) for failure in trial.failures.values())
        _check(trial, twice=0)

    asyncio.run(main())


def test_connections_that_the_broker_closes_under_load_come_back_and_nothing_is_lost(
    own_rabbitmq: RabbitMQ, apps: Apps, progress: Progress, name: str
) -> None:
    async def main() -> None:
        trial, times = Trial(apps(own_rabbitmq.port, prefetch=PREFETCH), name, progress), 3
        settings = AmqpSettings(port=own_rabbitmq.port, timeout=Duration("30s"))
        async with asyncio.timeout(LIMIT), trial.app.running(), Amqp(settings) as amqp:
            async with trial.loaded(amqp):
                for _ in range(times):
                    await _until(confirmed=200, trial=trial)
                    await asyncio.to_thread(own_rabbitmq.control, "close_all_connections", "a trial")
                await _until(confirmed=200, trial=trial)
            await trial.settled()
        assert all(isinstance(each, OutcomeUnknown) for each in trial.failures.values())
        _check(trial, twice=times * PREFETCH)

    asyncio.run(main())


def test_a_slow_network_costs_no_message_and_no_connection(
    rabbitmq: RabbitMQ, apps: Apps, proxies: Proxies, progress: Progress, name: str
) -> None:
    async def main() -> None:
        async with asyncio.timeout(LIMIT), proxies(rabbitmq.port) as proxy:
            proxy.delay = 0.05
            trial = Trial(apps(proxy.port, prefetch=PREFETCH), name, progress)
            async with trial.app.running(), Amqp(AmqpSettings(port=proxy.port)) as amqp:
                await trial.publish(amqp)
                connections = proxy.connections
                await trial.publish(amqp, 500)
                await trial.settled()
                assert proxy.connections == connections and not trial.failures
        assert trial.handled == Counter(range(501))

    asyncio.run(main())
