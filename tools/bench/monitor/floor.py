"""What the least would cost that could be done for a route: no masking, no books, no bounds, no levels."""

import asyncio
import json
import time
from collections import deque
from contextlib import ExitStack
from contextvars import ContextVar
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Condition, Thread
from typing import Any, TextIO

from tools.bench.clock import Clock, Run
from tools.bench.comparison import Comparison, Over, Ratio
from tools.bench.monitor.route import SCOPE, bare, receive, send

Remembered = list[dict[str, object]]
remembered: ContextVar[Remembered] = ContextVar("remembered")
_LINGER = 0.01


class Least:
    """A thread that takes what was remembered, and writes it as JSON to some files."""

    def __init__(self, *files: TextIO) -> None:
        self._files = files
        self._changed = Condition()
        self._waiting: deque[Remembered] = deque()
        self._ends = self._asleep = False
        self._thread = Thread(target=self._run)
        self._thread.start()

    def take(self, records: Remembered) -> None:
        with self._changed:
            self._waiting.append(records)
            if self._asleep:
                self._changed.notify()

    def finish(self) -> None:
        with self._changed:
            self._ends = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._asleep = True
                self._changed.wait_for(lambda: self._waiting or self._ends)
                self._asleep = False
                if not self._ends:
                    self._changed.wait(_LINGER)
                batches = [self._waiting.popleft() for _ in range(len(self._waiting))]
                if not batches and self._ends:
                    return
            text = "".join([json.dumps(record) + "\n" for batch in batches for record in batch])
            for file in self._files:
                file.write(text)
                file.flush()


def route() -> Any:  # noqa: ANN401  # an ASGI application
    from fastapi import FastAPI

    app = FastAPI()

    @app.get("/orders/{number}")
    async def read(number: int) -> dict[str, object]:
        records = remembered.get()
        records.append({"time": time.time_ns(), "message": "reading", "number": number})
        begun = time.perf_counter_ns()
        records.append({"time": time.time_ns(), "count": "read"})
        records.append({"time": time.time_ns(), "span": "select", "took": time.perf_counter_ns() - begun})
        records.append({"time": time.time_ns(), "message": "read", "number": number, "rows": 1})
        return {"number": number, "sku": "A-1"}

    return app


def least(clock: Clock, *, with_delivery: bool) -> Run:
    async def turns(number: int) -> float:
        app = route()
        with ExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory()))
            files = [stack.enter_context(open(folder / name, "w")) for name in ("out.log", "main.log")]
            thread = Least(*files)
            begun = clock()
            for _ in range(number):
                records: Remembered = []
                token, start = remembered.set(records), time.perf_counter_ns()
                await app(dict(SCOPE), receive, send)
                records.append(
                    {"time": time.time_ns(), "event": "GET", "took": time.perf_counter_ns() - start}
                )
                remembered.reset(token)
                thread.take(records)
            spent = clock() - begun
            thread.finish()
            return clock() - begun if with_delivery else spent

    return lambda number: asyncio.run(turns(number))


def handed() -> Run:
    """Hand an empty list to a thread that sleeps, each time anew."""

    def run(number: int) -> float:
        thread = Least()
        begun = time.process_time()
        for _ in range(number):
            thread.take([])
            time.sleep(2 * _LINGER)
        thread.finish()
        return time.process_time() - begun

    return run


COMPARISONS = (
    Comparison(
        "the least on a route, until the answer",
        lambda: least(time.thread_time, with_delivery=False),
        lambda: bare(time.thread_time),
        Ratio(1.15),
        number=500,
        turns=9,
    ),
    Comparison(
        "the least on a route, in all",
        lambda: least(time.process_time, with_delivery=True),
        lambda: bare(time.process_time),
        Ratio(1.5),
        number=500,
        turns=9,
    ),
    Comparison("waking a thread that sleeps", handed, None, Over(1e-3), number=30, turns=5),
)
