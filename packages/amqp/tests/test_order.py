"""The order of messages with the same key, against a plain model."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from cordio_amqp._order import Order, Place, key_of
from cordio_core import Request, queue

KEYS = st.sampled_from(["ann", "bob", 7])
STEPS = st.lists(st.tuples(st.sampled_from(["come", "end", "give up"]), KEYS, st.integers(0, 5)), max_size=60)


@dataclass
class Model:
    """Each key has a list; its first may run, and the others wait."""

    rows: dict[object, list[int]] = field(default_factory=dict)

    def running(self) -> set[int]:
        return {row[0] for row in self.rows.values() if row}


@given(STEPS)
def test_of_each_key_one_at_a_time_runs_in_the_order_of_coming_and_keys_do_not_wait_for_each_other(
    steps: list[tuple[str, object, int]],
) -> None:
    async def main() -> None:
        order, model, running = Order(), Model(), set[int]()
        places: dict[int, tuple[Place, asyncio.Task[None]]] = {}

        async def run(number: int, place: Place) -> None:
            await place.turn()
            running.add(number)
            await asyncio.Event().wait()

        for number, (action, key, which) in enumerate(steps):
            row = model.rows.setdefault(key, [])
            if action == "come":
                place = order.join(key)
                task = asyncio.create_task(run(number, place))
                task.add_done_callback(place.leave)
                places[number] = place, task
                row.append(number)
            elif row:
                gone = row.pop(0 if action == "end" else which % len(row))
                places[gone][1].cancel()
                running.discard(gone)
            for _ in range(4):
                await asyncio.sleep(0)
            assert running == model.running()
        for _, task in places.values():
            task.cancel()
        await asyncio.gather(*(task for _, task in places.values()), return_exceptions=True)
        assert not order._rows, "what has left leaves nothing behind"

    asyncio.run(main())


def test_a_key_is_found_in_the_data_or_by_a_function_and_what_cannot_be_hashed_is_one_too() -> None:
    request = Request(queue("orders"), headers={"tenant": "eu"}, body=b'{"who": {"id": [7]}, "sku": null}')
    assert key_of("who.id")(request) == "[7]"
    assert key_of("who")(request) == "{'id': [7]}"
    assert key_of(lambda request: request.headers["tenant"])(request) == "eu"
    for missing in ("sku", "who.name", "who.id.first", "none"):
        assert key_of(missing)(request) is None
    assert key_of("sku")(Request(queue("orders"), body=b"no JSON")) is None
