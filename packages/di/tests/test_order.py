"""Random graphs of services start and stop in the order of their needs, whatever fails."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cordio_di import Container, ServiceUnavailable

Graph = list[list[int]]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """For each service the ones that it needs: earlier ones, so that there is no loop."""
    size = draw(st.integers(1, 10))
    return [
        sorted(draw(st.sets(st.integers(0, number - 1), max_size=3))) if number else []
        for number in range(size)
    ]


def reached(graph: Graph, asked: set[int]) -> set[int]:
    found = set(asked)
    for number in range(len(graph) - 1, -1, -1):
        found |= set(graph[number]) if number in found else set()
    return found


class Told:
    """A container for a graph, and what happened to its services."""

    def __init__(self, graph: Graph, failing: set[int], late: set[int], broken: set[int]) -> None:
        self.up: list[int] = []
        self.down: list[int] = []
        self.container = Container(discover=False)
        for number, needs in enumerate(graph):
            make = self._make(number, number in failing, number in late, number in broken)
            make.__annotations__ = {}
            self.container.service(_with_parameters(make, needs), name=f"s{number}")

    def _make(self, number: int, failing: bool, late: bool, broken: bool) -> Any:
        async def make(**needs: object) -> AsyncIterator[int]:
            await asyncio.sleep(0)
            if late:
                for _ in range(7):
                    await asyncio.sleep(0)
            if failing:
                raise OSError(number)
            self.up.append(number)
            yield number
            self.down.append(number)
            if broken:
                raise OSError(number)

        return make


def _with_parameters(make: Any, needs: list[int]) -> Any:
    parameters = ", ".join(f"s{need}" for need in needs)
    passed = ", ".join(f"s{need}=s{need}" for need in needs)
    names: dict[str, Any] = {"make": make}
    exec(f"async def factory({parameters}):\n async for made in make({passed}):\n  yield made", names)
    return names["factory"]


def _handler(asked: set[int]) -> Any:
    names: dict[str, Any] = {}
    exec(f"async def handler({', '.join(f's{number}' for number in sorted(asked))}): ...", names)
    return names["handler"]


@given(st.data(), graphs())
def test_needs_start_first_and_stop_last(data: st.DataObject, graph: Graph) -> None:
    numbers = st.sets(st.sampled_from(range(len(graph))))
    asked = data.draw(st.sets(st.sampled_from(range(len(graph))), min_size=1))
    failing, late, broken = (
        data.draw(st.one_of(st.just(set[int]()), numbers)),
        data.draw(numbers),
        data.draw(numbers),
    )
    told = Told(graph, failing, late, broken)
    wanted = reached(graph, asked)
    handler = told.container.inject(_handler(asked))

    async def main() -> None:
        async with asyncio.timeout(10), told.container:
            if data.draw(st.booleans()):
                await told.container.prepare([_handler(asked)])
            await asyncio.gather(*(handler() for _ in range(3)))

    failed = stopped_badly = False
    try:
        asyncio.run(main())
    except ServiceUnavailable:
        failed = True
    except ExceptionGroup:
        stopped_badly = True
    assert failed == bool(failing & wanted)
    assert stopped_badly == (not failed and bool(broken & wanted))
    assert set(told.up) <= wanted and (failed or set(told.up) == wanted)
    assert len(told.up) == len(set(told.up)) or failed
    assert sorted(told.up) == sorted(told.down)
    if not failed:
        places = {number: place for place, number in enumerate(told.up)}
        ends = {number: place for place, number in enumerate(told.down)}
        for number in wanted:
            for need in graph[number]:
                assert places[need] < places[number] and ends[need] > ends[number]
