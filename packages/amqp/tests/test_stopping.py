"""The stop of an application that consumes: what was begun is finished, the rest stays with the broker."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from cordio_amqp import queue

if TYPE_CHECKING:
    from tools.servers import RabbitMQ

    from .conftest import Apps, Desks, Proxies

LIMIT = 60.0

SERVICE = """
import asyncio
import sys
from pathlib import Path

from cordio_amqp import AmqpEntrypoint, AmqpSettings, queue
from cordio_core import App, AppSettings

port, name, journal = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])


class Configured:
    def configuration(self, sections, options):
        return self

    def slice(self, section, model):
        return AmqpSettings(port=port) if section == "amqp" else model()


app = App("shop", entrypoints=[AmqpEntrypoint()], configuring=Configured())


@app.on(queue(name, prefetch=20))
async def place(number: int) -> None:
    with journal.open("a") as log:
        print("begun", number, file=log)
    await asyncio.sleep(0.02)
    with journal.open("a") as log:
        print("done", number, file=log)


sys.exit(app.run())
"""


def test_handlers_in_flight_finish_and_acknowledge_and_no_other_begins(
    rabbitmq: RabbitMQ, apps: Apps, desks: Desks, name: str
) -> None:
    async def main() -> None:
        app = apps(rabbitmq.port)
        entered, done = asyncio.Event(), []
        go = asyncio.Event()

        @app.on(queue(name, prefetch=10, limit=3))
        async def place(number: int) -> None:
            entered.set()
            await go.wait()
            done.append(number)

        async with asyncio.timeout(LIMIT), desks(rabbitmq.port) as desk:
            async with app.running() as running:
                for number in range(10):
                    await desk.send(name, str(number).encode())
                await entered.wait()
                while running.tally("amqp").inside < 3:
                    await asyncio.sleep(0)
                running.stop()
                asyncio.get_running_loop().call_later(0.2, go.set)
            assert sorted(done) == [0, 1, 2]
            await desk.becomes(name, 7)
            report = running.report
            assert report is not None and (report.finished, report.cancelled, report.lost) == (3, 0, 0)

    asyncio.run(main())


def test_a_handler_that_exceeds_the_grace_time_is_cancelled_and_its_message_stays(
    rabbitmq: RabbitMQ, apps: Apps, desks: Desks, name: str
) -> None:
    async def main() -> None:
        app = apps(rabbitmq.port)
        entered = asyncio.Event()

        @app.on(queue(name))
        async def place(number: int) -> None:
            entered.set()
            await asyncio.Event().wait()

        async with asyncio.timeout(LIMIT), desks(rabbitmq.port) as desk:
            async with app.running() as running:
                await desk.send(name, b"1")
                await entered.wait()
                running.stop()
                running.stop()
                running.stop()
            await desk.becomes(name, 1)
            report = running.report
            assert report is not None and (report.finished, report.cancelled, report.lost) == (0, 1, 0)

    asyncio.run(main())


def test_a_stop_with_a_frozen_broker_ends_in_its_time_and_leaves_no_task(
    rabbitmq: RabbitMQ, apps: Apps, proxies: Proxies, name: str
) -> None:
    async def main() -> None:
        async with asyncio.timeout(LIMIT), proxies(rabbitmq.port) as proxy:
            before = {task for task in asyncio.all_tasks() if "Proxy." not in repr(task.get_coro())}
            app = apps(proxy.port, close_timeout="100ms", connect_timeout="2s")

            @app.on(queue(name))
            async def place(number: int) -> None: ...

            async with app.running():
                proxy.hold(proxy.answers)
            left = {task for task in asyncio.all_tasks() if "Proxy." not in repr(task.get_coro())}
            assert left == before

    asyncio.run(main())


def test_sigterm_under_load_loses_nothing_and_handles_nothing_twice(
    rabbitmq: RabbitMQ, desks: Desks, name: str, tmp_path: Path
) -> None:
    count, journal = 600, tmp_path / "journal"
    journal.touch()

    def started() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", SERVICE, str(rabbitmq.port), name, str(journal)]
        return subprocess.Popen(command, env={**os.environ, "PYTHONUNBUFFERED": "1"})

    def lines(word: str) -> Counter[int]:
        split = (line.split() for line in journal.read_text().splitlines())
        return Counter(int(number) for said, number in split if said == word)

    async def until(done: int) -> None:
        while lines("done").total() < done:
            await asyncio.sleep(0.02)  # for the file of another process, of which nothing else tells

    async def main() -> None:
        async with asyncio.timeout(2 * LIMIT), desks(rabbitmq.port) as desk:
            await desk.channel.declare_queue(name, durable=True, arguments={"x-queue-type": "quorum"})
            await asyncio.gather(*(desk.send(name, json.dumps(number).encode()) for number in range(count)))
            for done in (50, 200, count):
                service = started()
                try:
                    await until(done)
                    service.send_signal(signal.SIGTERM)
                    assert await asyncio.to_thread(service.wait, LIMIT) == 0
                finally:
                    service.kill()
                    service.wait()
                assert lines("begun") == lines("done"), "one was begun and not finished"
            assert lines("done") == Counter(range(count)), "lost, or handled twice"
            assert await desk.count(name) == 0

    asyncio.run(main())
