"""Random graphs live through uses, idle times, failures, fakes and reopenings: the order is kept."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from packages.di.tests.clock import Clock, turns

from cordio_di import Container, ServiceUnavailable

T = TypeVar("T")
IDLE = 8
SIZE = 6
names = st.sets(st.integers(0, SIZE - 1), min_size=1, max_size=3)


def function(name: str, parameters: list[int], body: str, **known: object) -> Any:
    made: dict[str, Any] = dict(known)
    exec(f"async def {name}({', '.join(f's{number}' for number in parameters)}):\n {body}", made)
    return made[name]


class Lives(RuleBasedStateMachine):
    """Services s0, s1, …; each may need earlier ones, and each tells when it starts and stops."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.runner = asyncio.Runner(loop_factory=self.clock.loop)
        self.container = Container(discover=False)
        self.needs: list[list[int]] = []
        self.up: dict[int, object] = {}
        self.made_with: dict[int, dict[int, object]] = {}
        self.fake: int | None = None
        self.with_fake: dict[int, object] = {}  # what is up for an override, beside the real ones
        self.with_fake_made: dict[int, dict[int, object]] = {}
        self.broken: set[int] = set()
        self.faults: list[str] = []
        self.calls: list[tuple[asyncio.Event, asyncio.Task[object], dict[int, object]]] = []

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        async def watched() -> T:
            task = asyncio.create_task(work)
            for _ in range(3000):
                if task.done():
                    return task.result()
                await asyncio.sleep(0)
            raise AssertionError(f"stuck: {asyncio.all_tasks()}")

        return self.runner.run(watched())

    @initialize(data=st.data(), idle=st.sets(st.integers(0, SIZE - 1)))
    def graph(self, data: st.DataObject, idle: set[int]) -> None:
        for number in range(SIZE):
            earlier = st.sets(st.integers(0, number - 1), max_size=2) if number else st.just(set[int]())
            needed = sorted(data.draw(earlier))
            self.needs.append(needed)
            body = f"async for one in life({number}, [{', '.join(f's{n}' for n in needed)}]): yield one"
            make = function(f"s{number}", needed, body, life=self.life)
            if set(needed) & idle:
                idle.add(number)  # one that is never idle would hold what it needs for good: a fault
            self.container.service(make, idle=IDLE if number in idle else None)
        self.run(self.container.__aenter__())

    async def life(self, number: int, given: list[object]) -> AsyncIterator[object]:
        await asyncio.sleep(0)
        if number in self.broken:
            raise OSError(number)
        up, made = self.place(number)
        self.expect(number not in up, f"{number} starts while it is up")
        made_with = dict(zip(self.needs[number], given, strict=True))
        stale = [need for need, one in made_with.items() if one is not self.expected(need)]
        self.expect(not stale, f"{number} is made with {stale}, which are not up")
        up[number], made[number] = object(), made_with
        yield up[number]
        mine = up.pop(number)
        users = [user for user in self.up if self.made_with[user].get(number) is mine]
        users += [user for user in self.with_fake if self.with_fake_made[user].get(number) is mine]
        self.expect(not users, f"{number} stops before {users}, which were made with it")
        await asyncio.sleep(0)

    def place(self, number: int) -> tuple[dict[int, object], dict[int, dict[int, object]]]:
        if self.fake is not None and self.fake in self.reached({number}):
            return self.with_fake, self.with_fake_made
        return self.up, self.made_with

    def expected(self, number: int) -> object:
        return "fake" if number == self.fake else self.place(number)[0].get(number)

    def expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.faults.append(otherwise)

    def reached(self, asked: set[int]) -> set[int]:
        found = set(asked)
        for number in range(SIZE - 1, -1, -1):
            found |= set(self.needs[number]) if number in found else set()
        return found

    def handler(self, asked: set[int], body: str = "return", **known: object) -> Any:
        return self.container.inject(function("handler", sorted(asked), body, **known))

    @rule(asked=names)
    def use(self, asked: set[int]) -> None:
        must_fail = bool((self.reached(asked) & self.broken) - set(self.up))
        may_fail = bool(self.reached(asked) & self.broken)
        try:
            self.run(self.handler(asked)())
            failed = False
        except ServiceUnavailable:
            failed = True
        assert failed if must_fail and not self.reached(asked) & set(self.up) else not failed or may_fail

    @rule(asked=names)
    def prepare(self, asked: set[int]) -> None:
        try:
            self.run(self.container.prepare([self.handler(asked)]))
        except ServiceUnavailable:
            assert self.reached(asked) & self.broken
        else:
            assert asked <= set(self.up)

    @rule(asked=names, cut=st.integers(0, 12))
    def use_by_many_of_whom_one_is_cancelled(self, asked: set[int], cut: int) -> None:
        async def many() -> None:
            users = [asyncio.create_task(self.handler(asked)()) for _ in range(4)]
            await turns(cut)
            users[0].cancel()
            for end in await asyncio.gather(*users[1:], return_exceptions=True):
                assert end is None or self.reached(asked) & self.broken

        self.run(many())

    @precondition(lambda self: len(self.calls) < 3)
    @rule(asked=names)
    def begin_a_long_call(self, asked: set[int]) -> None:
        async def begin() -> None:
            go, got = asyncio.Event(), list[object]()
            body = f"got.extend([{', '.join(f's{n}' for n in sorted(asked))}]); await go.wait()"
            call = asyncio.create_task(self.handler(asked, body, got=got, go=go)())
            await turns(100)
            if call.done():
                assert isinstance(call.exception(), ServiceUnavailable) and self.reached(asked) & self.broken
            else:
                self.calls.append((go, call, dict(zip(sorted(asked), got, strict=True))))

        self.run(begin())

    @precondition(lambda self: self.calls)
    @rule()
    def end_a_long_call(self) -> None:
        go, call, _ = self.calls.pop(0)
        go.set()

        async def end() -> None:
            await call

        self.run(end())

    @rule(seconds=st.integers(1, 3 * IDLE))
    def let_time_pass(self, seconds: int) -> None:
        self.run(self.clock.pass_(seconds))

    @rule(broken=st.sets(st.integers(0, SIZE - 1), max_size=2))
    def let_starts_fail(self, broken: set[int]) -> None:
        self.broken = broken

    @rule(fake=st.integers(0, SIZE - 1), asked=names, context=st.booleans())
    def put_a_fake_in(self, fake: int, asked: set[int], context: bool) -> None:
        real = [number for number in self.up if fake in self.reached({number})]

        async def faked() -> None:
            self.fake = fake
            with self.container.override("context" if context else "everywhere", **{f"s{fake}": "fake"}):
                try:
                    await self.handler(asked)()
                except ServiceUnavailable:
                    assert self.reached(asked) & self.broken
            self.fake = None
            await turns(100)

        self.run(faked())
        assert not self.with_fake, "what was made with the fake is stopped with the override"
        assert set(real) <= set(self.up), "the real ones were set aside"

    @precondition(lambda self: not self.calls)
    @rule()
    def reopen(self) -> None:
        async def again() -> None:
            await self.container.__aexit__(None, None, None)
            assert not self.up
            await self.container.__aenter__()

        self.run(again())

    @invariant()
    def the_order_is_kept(self) -> None:
        assert not self.faults
        for _, _, got in self.calls:
            assert all(self.up.get(number) is one for number, one in got.items()), "none stops under a call"
        states = self.container.states()
        assert {int(name[1:]) for name, state in states.items() if state.status == "up"} == set(self.up)

    def teardown(self) -> None:
        while self.calls:
            self.end_a_long_call()
        if self.needs:
            self.run(self.container.__aexit__(None, None, None))
            assert not self.up and not self.faults
        self.runner.close()


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
