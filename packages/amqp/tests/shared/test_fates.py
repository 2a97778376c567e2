"""What handlers make of any messages, on both brokers, against a plain model: order, retries and parking."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cordio_amqp import Amqp, Retries, queue
from cordio_core import Request, Response

if TYPE_CHECKING:
    from ..conftest import Apps
    from .conftest import Place

LIMIT = 60.0
ATTEMPTS = 3
Fate: TypeAlias = tuple[str, ...]
FATES = st.lists(st.sampled_from(["ok", "fail", "park", "reject"]), min_size=ATTEMPTS, max_size=ATTEMPTS)
ANSWERS = {
    "ok": Response(),
    "fail": Response(status=503),
    "park": Response(status=404),
    "reject": Response(status=500, headers={"x-action": "reject"}),
}


def foretold(fates: Sequence[Fate]) -> tuple[list[list[str]], list[int]]:
    """Return what each message meets, attempt by attempt, and which are parked in the end."""
    met: list[list[str]] = []
    parked: list[int] = []
    for number, fate in enumerate(fates):
        last = next((place for place, each in enumerate(fate) if each != "fail"), ATTEMPTS - 1)
        met.append(list(fate[: last + 1]))
        if fate[last] in ("park", "fail"):
            parked.append(number)
    return met, parked


async def lived(
    place: Place, apps: Apps, fates: Sequence[Fate]
) -> tuple[list[list[str]], list[int], list[int]]:
    """Return what each message met, which were parked, and in which order they came first."""
    name = f"test-{uuid4().hex}"
    app = apps(**place.options)
    met: list[list[str]] = [[] for _ in fates]
    order: list[int] = []
    left = sum(len(each) for each in foretold(fates)[0])
    done = asyncio.Event()

    @app.on(queue(name, limit=1, retry=Retries(attempts=ATTEMPTS, wait="1ms")))
    async def take(number: int, request: Request) -> Response:
        nonlocal left
        met[number].append(fates[number][len(met[number])])
        order.extend([number] if len(met[number]) == 1 else [])
        left -= 1
        if not left:
            done.set()
        return ANSWERS[met[number][-1]]

    async with asyncio.timeout(LIMIT), Amqp(place.settings) as amqp, place.seat() as seat:
        async with app.running():
            for number in range(len(fates)):
                await amqp.publish("", name, number)
            await done.wait()
        parked = sorted(int(body) for body in await seat.drained(f"{name}.parked"))
        assert await seat.drained(name) == []
    return met, parked, order


def test_each_message_meets_its_fate_and_none_is_lost(place: Place, apps: Apps) -> None:
    many = place.name == "memory"

    @settings(
        max_examples=80 if many else 6, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(st.lists(FATES.map(tuple), min_size=1, max_size=12))
    def check(fates: list[Fate]) -> None:
        met, parked, order = asyncio.run(lived(place, apps, fates))
        assert (met, parked) == foretold(fates)
        assert order == list(range(len(fates)))

    check()
