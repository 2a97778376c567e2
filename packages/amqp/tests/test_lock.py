"""Of several replicas one holds a lock: the same on RabbitMQ and on the broker in the process."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from pydantic import SecretStr

from cordio_amqp import AmqpEntrypoint, AmqpLock, AmqpSettings, Unavailable
from cordio_core import App, every
from cordio_core.protocols import Lock

from .conftest import LIMIT

if TYPE_CHECKING:
    from tools.servers import RabbitMQ

    from .conftest import Proxies


@pytest.fixture(params=["rabbitmq", "memory"])
def both(request: pytest.FixtureRequest) -> AmqpSettings:
    """A broker of each kind."""
    if request.param == "memory":
        return AmqpSettings(url=SecretStr(f"memory:{uuid4().hex}"))
    return AmqpSettings(port=request.getfixturevalue("rabbitmq").port)


@pytest.mark.parametrize("length", [10, 400])
def test_one_of_two_holds_it_until_it_is_given_up(both: AmqpSettings, name: str, length: int) -> None:
    name = name.ljust(length, "x")

    async def main() -> None:
        async with asyncio.timeout(LIMIT), AmqpLock(both) as one, AmqpLock(both) as other:
            assert isinstance(one, Lock)
            assert [await one.take(name), await one.take(name), await other.take(name)] == [True, True, False]
            assert await other.take("another " + name)
            await other.release(name)  # is not its own
            assert not await other.take(name)
            await one.release(name)
            assert [await other.take(name), await one.take(name)] == [True, False]

    asyncio.run(main())


def test_who_leaves_frees_what_it_held(both: AmqpSettings, name: str) -> None:
    async def main() -> None:
        async with asyncio.timeout(LIMIT), AmqpLock(both) as other:
            async with AmqpLock(both) as one:
                assert await one.take(name) and not await other.take(name)
            assert await other.take(name)

    asyncio.run(main())


def test_who_loses_its_connection_has_lost_its_locks_and_learns_of_it(
    rabbitmq: RabbitMQ, proxies: Proxies, name: str
) -> None:
    async def main() -> None:
        async with asyncio.timeout(LIMIT), proxies(rabbitmq.port) as proxy:
            own = AmqpSettings(port=proxy.port)
            async with AmqpLock(own) as one, AmqpLock(AmqpSettings(port=rabbitmq.port)) as other:
                assert await one.take(name)
                proxy.cut()
                while not await other.take(name):
                    await asyncio.sleep(0)
                assert not await _asked(one, name)
                await one.release(name)
                assert await other.take(name)

    asyncio.run(main())


async def _asked(lock: AmqpLock, name: str) -> bool:
    """Ask; a connection that is lost while it asks is told as an error."""
    while True:
        try:
            return await lock.take(name)
        except Unavailable:
            continue


def test_a_broker_that_does_not_answer_is_told_and_what_was_held_is_given_up(
    rabbitmq: RabbitMQ, proxies: Proxies, name: str
) -> None:
    async def main() -> None:
        async with asyncio.timeout(LIMIT), proxies(rabbitmq.port) as proxy:
            own = AmqpSettings.model_validate({"port": proxy.port, "connect_timeout": "500ms"})
            async with AmqpLock(own) as one, AmqpLock(AmqpSettings(port=rabbitmq.port)) as other:
                assert await one.take(name)
                proxy.hold(proxy.answers)
                with pytest.raises(Unavailable):
                    await one.take(name)
                proxy.answers.set()
                while not await other.take(name):
                    await asyncio.sleep(0)

    asyncio.run(main())


def test_of_two_replicas_of_a_schedule_one_runs(both: AmqpSettings, name: str) -> None:
    async def main() -> None:
        ran: asyncio.Queue[str] = asyncio.Queue()
        async with asyncio.timeout(LIMIT), AmqpLock(both) as lock, AmqpLock(both) as other:
            apps = [_replica(name, lock, ran, "one"), _replica(name, other, ran, "other")]
            async with apps[0].running(), apps[1].running():
                assert len({await ran.get() for _ in range(5)}) == 1

    asyncio.run(main())


def _replica(name: str, lock: AmqpLock, ran: asyncio.Queue[str], who: str) -> App:
    app = App(name, entrypoints=[AmqpEntrypoint()])

    @app.on(every("20ms", lock=lock))
    async def strike() -> None:
        ran.put_nowait(who)

    return app
