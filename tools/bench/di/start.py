"""Checking and starting many services, and importing the package."""

import asyncio
import time
from collections.abc import Callable

from cordio_di import Container
from tools.bench.clock import Run, programs
from tools.bench.comparison import Comparison, Over


class Graph:
    """Factories that need up to three of those before them, and a handler that reaches them all."""

    def __init__(self, size: int) -> None:
        names: dict[str, Callable[..., object]] = {}
        for number in range(size):
            needs = ", ".join(f"s{earlier}: object" for earlier in range(max(0, number - 3), number))
            exec(f"async def s{number}({needs}) -> object: return object()", names)
        last = ", ".join(f"s{number}" for number in range(max(0, size - 3), size))
        exec(f"async def handler({last}): ...", names)
        self.factories = [names[f"s{number}"] for number in range(size)]
        self.handler = names["handler"]

    def container(self) -> Container:
        """Return a fresh container with all of them."""
        container = Container(discover=False)
        for factory in self.factories:
            container.service(factory)
        return container


class Ladder(Graph):
    """Two services a rung, each needing both of the rung below: ways double with each rung."""

    def __init__(self, rungs: int) -> None:
        names: dict[str, Callable[..., object]] = {}
        for rung in range(rungs):
            needs = f"left{rung - 1}, right{rung - 1}" if rung else ""
            for side in ("left", "right"):
                exec(f"async def {side}{rung}({needs}): return object()", names)
        exec(f"async def handler(left{rungs - 1}, right{rungs - 1}): ...", names)
        self.factories = [names[f"{side}{rung}"] for rung in range(rungs) for side in ("left", "right")]
        self.handler = names["handler"]


def started(graph: Graph) -> Run:
    """Check a fresh container and start what its handler reaches; registering and stopping are not counted."""

    async def once() -> float:
        container = graph.container()
        async with container:
            begun = time.process_time()
            container.check([graph.handler])
            await container.prepare([graph.handler])
            return time.process_time() - begun

    return lambda number: sum(asyncio.run(once()) for _ in range(number))


COMPARISONS = (
    Comparison(
        "check and prepare 50 services", lambda: started(Graph(50)), None, Over(3e-3), number=1, turns=31
    ),
    Comparison(
        "check and prepare 500 services: ten times as long",
        lambda: started(Graph(500)),
        None,
        Over(30e-3),
        number=1,
        turns=7,
    ),
    Comparison(
        "check and prepare a ladder of 60 diamonds", lambda: started(Ladder(60)), None, Over(10e-3), number=1
    ),
    Comparison(
        "import cordio_di, over bare Python",
        lambda: programs("import cordio_di"),
        lambda: programs("pass"),
        Over(15e-3),
        number=3,
    ),
    Comparison(
        "import cordio_di, over Python with asyncio",
        lambda: programs("import cordio_di"),
        lambda: programs("import asyncio"),
        Over(15e-3),
        number=3,
    ),
)
