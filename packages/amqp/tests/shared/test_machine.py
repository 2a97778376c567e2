"""Any sequence of what can be done with a queue, on both brokers, against a plain model of it."""

from __future__ import annotations

import asyncio
from bisect import insort
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

if TYPE_CHECKING:
    from .conftest import Place, Seat

T = TypeVar("T")
PICK = st.integers(0, 10**6)


class Machine(RuleBasedStateMachine):
    """A queue with dead letters: numbers go in, in rising order, and each is somewhere at each moment."""

    place: Place
    kind: str

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.name = f"test-{uuid4().hex}"
        self.waiting: list[int] = []
        self.held: list[tuple[int, int]] = []  # the number and its tag
        self.dead: list[int] = []
        self.returned: set[int] = set()
        self.ahead = self.last = 0
        self.seat = self.do(self.opened())
        self.do(self.declared())

    def do(self, work: Coroutine[object, object, T]) -> T:
        """Run to the end."""
        return self.runner.run(work)

    async def opened(self) -> Seat:
        return await self.stack.enter_async_context(self.place.seat())

    async def declared(self) -> None:
        await self.seat.channel.queue_declare(f"{self.name}.dead")
        await self.seat.channel.queue_declare(
            self.name,
            durable=True,
            arguments={
                "x-queue-type": self.kind,
                "x-dead-letter-exchange": "",
                "x-dead-letter-routing-key": f"{self.name}.dead",
            },
        )

    @rule(count=st.integers(1, 3))
    def put(self, count: int) -> None:
        numbers = range(self.last, self.last + count)
        self.last += count
        self.do(self.seat.put(self.name, *(b"%d" % number for number in numbers)))
        self.waiting += numbers

    @rule()
    def take(self) -> None:
        message = self.do(self.seat.channel.basic_get(self.name))
        if not self.waiting:
            assert message.body == b""
            return
        number = self.waiting.pop(0)
        self.ahead = max(0, self.ahead - 1)
        assert (int(message.body), message.redelivered) == (number, number in self.returned)
        self.held.append((number, message.delivery_tag or 0))

    @precondition(lambda self: self.held)
    @rule(pick=PICK, multiple=st.booleans(), end=st.sampled_from(["ack", "back", "dead"]))
    def settle(self, pick: int, multiple: bool, end: str) -> None:
        place = pick % len(self.held)
        settled = self.held[: place + 1] if multiple else [self.held[place]]
        tag = self.held[place][1]
        self.held = [each for each in self.held if each not in settled]
        channel = self.seat.channel
        if end == "ack":
            self.do(_awaited(channel.basic_ack(tag, multiple=multiple)))
        else:
            self.do(_awaited(channel.basic_nack(tag, multiple=multiple, requeue=end == "back")))
        for number, _ in settled:
            self.dead += [number] if end == "dead" else []
            if end == "back":
                self.back(number)
        self.do(self.counted())

    @rule()
    def lose(self) -> None:
        self.do(self.stack.aclose())
        self.seat = self.do(self.opened())
        lost, self.held = [number for number, _ in self.held], []
        self.returned.update(lost)
        if self.kind == "classic":
            self.waiting = sorted(lost + self.waiting)
        else:
            self.waiting[self.ahead : self.ahead] = lost
            self.ahead += len(lost)
        self.do(self.counted())

    @rule()
    def read_the_dead(self) -> None:
        found = self.do(self.seat.drained(f"{self.name}.dead"))
        assert [int(body) for body in found] == self.dead
        self.dead = []

    def back(self, number: int) -> None:
        self.returned.add(number)
        if self.kind == "classic":
            insort(self.waiting, number)
        else:
            self.waiting.append(number)  # at the end; only what a channel loses goes ahead

    async def counted(self) -> None:
        await self.seat.becomes(self.name, len(self.waiting))
        await self.seat.becomes(f"{self.name}.dead", len(self.dead))

    def teardown(self) -> None:
        self.do(self.stack.aclose())
        self.runner.close()


async def _awaited(work: object) -> None:
    await work  # type: ignore[misc]  # it is awaitable


@pytest.mark.parametrize("kind", ["classic", "quorum"])
def test_a_queue_is_at_each_moment_what_a_plain_model_says(place: Place, kind: str) -> None:
    model = type("Model", (Machine,), {"place": place, "kind": kind})
    many = place.name == "memory"
    run_state_machine_as_test(
        model,
        settings=settings(
            max_examples=100 if many else 8,
            stateful_step_count=40 if many else 20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
