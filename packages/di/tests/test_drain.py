"""Leaving a container that is in use: what goes on is waited for, within a limit, and then told."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from packages.di.tests.clock import Clock, turns

from cordio_di import Container, ServiceClosed, StillInUse

Told = list[str]


class Shop:
    """A container with a pool, an event's transaction and a handler for each, which wait for a gate."""

    def __init__(self, **options: Any) -> None:
        self.told: Told = []
        self.container = Container(discover=False, **options)
        self.gate = asyncio.Event()
        self.container.service(self.pool)
        self.container.service(self.transaction, scope="event")
        self.container.service(self.late)
        self.read = self.container.inject(self._read)
        self.write = self.container.inject(self._write)
        self.ask_late = self.container.inject(self._late)

    async def pool(self) -> AsyncIterator[str]:
        yield "pool"
        self.told.append("pool down")

    async def transaction(self, pool: Any) -> AsyncIterator[str]:
        yield "transaction"
        self.told.append("transaction down")

    async def late(self) -> str:
        return "late"

    async def _read(self, pool: Any) -> None:
        await self.gate.wait()
        self.told.append("read")

    async def _write(self, transaction: Any) -> None:
        await self.gate.wait()
        await self.read()
        self.told.append("write")

    async def _late(self, late: Any) -> None: ...


@pytest.mark.parametrize("kind", ["read", "write", "scope", "rows"])
@pytest.mark.parametrize("again", [False, True], ids=["first", "compiled"])
def test_what_goes_on_is_waited_for_before_anything_stops(kind: str, again: bool) -> None:
    shop = Shop()

    async def in_scope() -> None:
        async with shop.container.scope() as scope:
            await scope.get("transaction")
            await shop.gate.wait()
            shop.told.append("scope")

    async def rows() -> AsyncIterator[None]:
        yield await shop.read()

    async def all_rows() -> None:
        async for _ in rows():
            shop.told.append("rows")

    work: Any = {"read": shop.read, "write": shop.write, "scope": in_scope, "rows": all_rows}[kind]

    async def main() -> None:
        async with asyncio.timeout(5):
            async with shop.container:
                if again:
                    shop.gate.set()
                    await work()
                    shop.gate.clear()
                    del shop.told[:]
                call = asyncio.create_task(work())
                await turns()
                asyncio.get_running_loop().call_soon(lambda: asyncio.create_task(open_gate()))
            assert call.done() and not call.exception()

    async def open_gate() -> None:
        await turns()
        assert not shop.told, "nothing was stopped under the call"
        shop.gate.set()

    asyncio.run(main())
    assert shop.told[-1] == "pool down" and kind in shop.told


def test_what_goes_on_past_the_limit_is_told_and_its_services_stop() -> None:
    shop, clock = Shop(close_within="5s"), Clock()

    async def main() -> None:
        await shop.container.__aenter__()
        call = asyncio.create_task(shop.write(), name="slow")
        scope = await shop.container.scope(follows=False).__aenter__()
        await turns()
        leaving = asyncio.create_task(shop.container.__aexit__(None, None, None))
        await clock.pass_(4)
        assert not leaving.done() and not shop.told
        await clock.pass_(2)
        with pytest.raises(ExceptionGroup) as group:
            await leaving
        [error] = group.value.exceptions
        assert isinstance(error, StillInUse) and error.limit == 5.0
        assert "Shop._write" in str(error) and "'slow'" in str(error) and "the scope 'event'" in str(error)
        assert "pool down" in shop.told
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        await scope.__aexit__(None, None, None)

    clock.run(main)


def test_without_a_limit_nothing_is_waited_for_but_it_is_told() -> None:
    shop = Shop(close_within=None)

    async def main() -> None:
        await shop.container.__aenter__()
        call = asyncio.create_task(shop.read())
        await turns()
        with pytest.raises(ExceptionGroup) as group:
            await shop.container.__aexit__(None, None, None)
        assert isinstance(group.value.exceptions[0], StillInUse) and not call.done()
        shop.gate.set()
        await call

    asyncio.run(main())


def test_what_goes_on_can_use_what_is_up_but_nothing_starts_any_more() -> None:
    shop = Shop()

    async def main() -> None:
        async with asyncio.timeout(5):
            async with shop.container:
                call = asyncio.create_task(shop.write())
                await turns()
                asyncio.get_running_loop().call_soon(lambda: asyncio.create_task(later()))
            await call
            assert "read" in shop.told, "an inner call is one of the call that goes on"

    async def later() -> None:
        await turns()
        with pytest.raises(ServiceClosed, match="being left, so nothing starts any more"):
            await shop.ask_late()
        shop.gate.set()

    asyncio.run(main())


def test_leaving_in_a_call_or_a_scope_of_ones_own_does_not_wait_for_itself() -> None:
    shop = Shop()

    @shop.container.inject
    async def leave(pool: Any) -> None:
        await shop.container.__aexit__(None, None, None)

    async def main() -> None:
        async with asyncio.timeout(5):
            await shop.container.__aenter__()
            await leave()
            assert shop.told == ["pool down"]
            with pytest.raises(ExceptionGroup, match="did not stop"):
                async with shop.container:
                    await shop.container.scope().__aenter__()

    asyncio.run(main())


def test_a_cancellation_ends_the_waiting_and_everything_stops() -> None:
    shop = Shop()

    async def main() -> None:
        async with asyncio.timeout(5):
            await shop.container.__aenter__()
            call = asyncio.create_task(shop.read())
            await turns()
            leaving = asyncio.create_task(shop.container.__aexit__(None, None, None))
            await turns()
            leaving.cancel()
            with pytest.raises(asyncio.CancelledError):
                await leaving
            assert shop.told == ["pool down"]
            call.cancel()

    asyncio.run(main())


def test_a_task_that_a_service_began_is_ended_by_it_and_is_no_use() -> None:
    shop, clock = Shop(close_within="5s"), Clock()

    @shop.container.service
    async def worker() -> AsyncIterator[None]:
        task = asyncio.create_task(shop.read())
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    @shop.container.inject
    async def handler(worker: Any) -> None: ...

    async def main() -> None:
        await shop.container.__aenter__()
        await handler()
        await turns()
        leaving = asyncio.create_task(shop.container.__aexit__(None, None, None))
        await clock.pass_(6)  # on Python 3.12 and later it need not pass
        await leaving
        assert shop.told == ["pool down"]

    clock.run(main)
