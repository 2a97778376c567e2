"""Of several replicas one runs, by a lock."""

import asyncio

import pytest
from packages.core.tests.clock import MovableClock
from packages.core.tests.ticking import state

from cordio_core import App, StartError, every


class Board:
    """Locks that two applications of one process share, as they would share a server."""

    def __init__(self) -> None:
        self.holders: dict[str, object] = {}
        self.is_down = False


class Own:
    """The locks of one replica."""

    def __init__(self, board: Board) -> None:
        self.board = board

    async def take(self, name: str, /) -> bool:
        await asyncio.sleep(0)
        if self.board.is_down:
            raise ConnectionError("no server")
        return self.board.holders.setdefault(name, self) is self

    async def release(self, name: str, /) -> None:
        await asyncio.sleep(0)
        if self.board.is_down:
            raise ConnectionError("no server")
        if self.board.holders.get(name) is self:
            del self.board.holders[name]

    def die(self) -> None:
        """Lose the connection: the server frees what it held."""
        self.board.holders = {name: held for name, held in self.board.holders.items() if held is not self}


def replica(board: Board, clock: MovableClock) -> tuple[App, Own, list[float]]:
    app, lock = App("clock", clock=clock), Own(board)
    ran: list[float] = []

    @app.on(every("10s", lock=lock))
    async def strike() -> None:
        ran.append(clock.monotonic())

    return app, lock, ran


def test_of_two_replicas_one_runs_and_the_other_takes_over_when_it_dies_or_stops() -> None:
    clock, board = MovableClock(), Board()
    (first, lock, of_first), (second, _, of_second) = replica(board, clock), replica(board, clock)

    async def whole() -> None:
        async with second.running() as other:
            async with first.running() as one:
                board.holders = {f"clock:every 10s:{name}": lock for name in [strike_name()]}
                await clock.move(35)
                assert (of_first, of_second) == ([10, 20, 30], [])
                assert (state(one).leads, state(other).leads) == (True, False)
                assert state(other).skipped == 3
                lock.die()
                board.holders.update(dict.fromkeys(of_name(), object()))  # a third one has it for a while
                await clock.move(10)
                assert (of_first, of_second) == ([10, 20, 30], [])
                board.holders.clear()
                await clock.move(10)
                assert len(of_first) + len(of_second) == 4
            await clock.move(20)
            assert of_second[-2:] == [60, 70]
        assert board.holders == {}

    def strike_name() -> str:
        return "replica.<locals>.strike"

    def of_name() -> list[str]:
        return [f"clock:every 10s:{strike_name()}"]

    asyncio.run(whole())


def test_while_locks_cannot_be_asked_for_nobody_runs_and_that_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock, board = MovableClock(), Board()
    app, _, ran = replica(board, clock)

    async def whole() -> None:
        async with app.running() as run:
            board.is_down = True
            await clock.move(20)
            assert (ran, state(run).skipped, state(run).leads) == ([], 2, False)
            board.is_down = False
            await clock.move(10)
            assert ran == [30]
            board.is_down = True

    asyncio.run(whole())
    assert "a run was skipped: its lock cannot be asked for" in caplog.text
    assert "a lock cannot be given up" in caplog.text


def test_a_lock_can_be_a_service_that_a_function_returns() -> None:
    clock, board = MovableClock(), Board()
    app = App("clock", clock=clock)
    made: list[Own] = []

    @app.service
    def store() -> Own:
        made.append(Own(board))
        return made[-1]

    def of_store(store: Own) -> Own:
        return store

    @app.on(every("10s", lock=of_store))
    async def strike() -> None: ...

    async def whole() -> None:
        async with app.running():
            await clock.move(10)
            async with asyncio.timeout(5):
                while not board.holders:
                    await asyncio.sleep(0)
            assert list(board.holders.values()) == made

    asyncio.run(whole())
    assert board.holders == {}


def test_a_lock_whose_service_is_missing_is_a_start_error_and_what_is_no_lock_is_refused() -> None:
    app = App("clock")

    def of_store(absent: Own) -> Own:
        return absent

    @app.on(every("10s", lock=of_store))
    async def strike() -> None: ...

    with pytest.raises(StartError, match="of_store .*test_schedule_lock.py:.*'absent'"):
        app.check()
    with pytest.raises(ValueError, match="lock=7 is no lock: give an object with take and release"):
        every("10s", lock=7)  # type: ignore[arg-type]
