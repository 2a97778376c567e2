"""The sinks of the monitor against real servers."""

import asyncio
import json
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import asyncpg
import pytest
from pydantic import SecretStr

from cordio_amqp import Amqp, AmqpSettings
from cordio_monitor import LogSettings, Monitor, count, log, timing
from cordio_monitor.sinks import Queue, Sentry, Statsd, Table
from cordio_pg import PgSettings, Postgres, Unavailable
from tools.postgresql import PostgreSQL
from tools.rabbitmq import RabbitMQ

LIMIT = 60.0
SETTINGS = LogSettings(capture=False)


async def rows(server: PostgreSQL, query: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(server.url)
    try:
        return await connection.fetch(query)
    finally:
        await connection.close()


def test_records_reach_a_table_of_postgresql(postgres: PostgreSQL) -> None:
    async def main() -> Monitor:
        pg = Postgres(PgSettings(dsn=SecretStr(postgres.url)))
        async with Monitor("orders", [Table(pg, "log_of_orders")], SETTINGS, stop_within=LIMIT) as monitor:
            with monitor.incoming("POST /orders") as event:
                for number in range(1_000):
                    log.info("line", number=number, password="hunter2", text="nul \0 and \ud800")
                event.answered(201)
        return monitor

    account = asyncio.run(main()).state().sinks["Table"]
    assert (account.written, account.failed, account.last_error) == (1_001, 0, "")
    found = asyncio.run(rows(postgres, "select * from log_of_orders order by time"))
    assert [row["message"] for row in found] == ["line"] * 1_000 + ["POST /orders"]
    fields = json.loads(found[999]["fields"])
    assert fields == {"number": 999, "password": "***", "text": "nul \\0 and \\ud800"}
    assert found[0]["time"].tzinfo is not None and found[1_000]["trace_id"] == found[0]["trace_id"]


def test_records_wait_for_a_database_that_comes_back(own_postgres: PostgreSQL) -> None:
    async def main() -> Monitor:
        pg = Postgres(PgSettings(dsn=SecretStr(own_postgres.url)))
        table = Table(pg, again=(Unavailable,))
        async with Monitor("orders", [table], SETTINGS, stop_within=LIMIT) as monitor:
            log.info("before")
            async with asyncio.timeout(LIMIT):
                while not monitor.state().sinks["Table"].written:
                    await asyncio.sleep(0.01)
            own_postgres.kill()
            log.info("meanwhile")
            async with asyncio.timeout(LIMIT):
                while not monitor.state().sinks["Table"].last_error:
                    await asyncio.sleep(0.01)
            await asyncio.to_thread(own_postgres.start)
            async with asyncio.timeout(LIMIT):
                while monitor.state().sinks["Table"].written < 2:
                    await asyncio.sleep(0.01)
        return monitor

    account = asyncio.run(main()).state().sinks["Table"]
    assert (account.written, account.failed, account.dropped) == (2, 0, 0)
    # The private server keeps nothing that it had when it was killed, not even the table.
    found = asyncio.run(rows(own_postgres, "select message from log order by time"))
    assert [row["message"] for row in found][-1] == "meanwhile"


def test_records_reach_a_queue_of_rabbitmq(rabbitmq: RabbitMQ) -> None:
    import aio_pika

    address = urlsplit(rabbitmq.url)

    async def main() -> tuple[Monitor, list[bytes]]:
        connection = await aio_pika.connect(rabbitmq.url)
        async with connection:
            queue = await (await connection.channel()).declare_queue("log-of-orders", auto_delete=True)
            amqp = Amqp(AmqpSettings(url=SecretStr(rabbitmq.url)))
            sink = Queue(amqp, "log-of-orders")
            async with Monitor("orders", [sink], SETTINGS, stop_within=LIMIT) as monitor:
                with monitor.incoming("POST /orders"):
                    log.info("placing", password="hunter2")
            bodies = [(await queue.get(no_ack=True)).body for _ in range(2)]
        return monitor, bodies

    assert address.port == rabbitmq.port
    monitor, bodies = asyncio.run(main())
    placing, closing = map(json.loads, bodies)
    assert (placing["message"], placing["password"], closing["kind"]) == ("placing", "***", "event")
    assert monitor.state().sinks["Queue"].written == 2


def _worked(command: list[str], folder: Path) -> bool:
    """Run what may wait for a registry that does not answer."""
    try:
        return subprocess.run(command, cwd=folder, capture_output=True, timeout=LIMIT).returncode == 0
    except subprocess.TimeoutExpired:
        return False


@contextmanager
def statsd_server(folder: Path) -> Iterator[tuple[int, int]]:
    """The original server, from the npm registry; the ports of its metrics and of its management."""
    install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "statsd@0.9.0"]
    if shutil.which("npm") is None or not _worked(install, folder):
        pytest.skip("the statsd server cannot be installed here")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        ports = one.getsockname()[1], other.getsockname()[1]
    settings = f"{{port: {ports[0]}, mgmt_port: {ports[1]}, address: '127.0.0.1', mgmt_address: '127.0.0.1',"
    (folder / "config.js").write_text(f"{settings} flushInterval: 3600000, backends: ['./backends/console']}}")
    command = ["node", "node_modules/statsd/stats.js", "config.js"]
    server = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    limit = threading.Timer(LIMIT, server.kill)
    limit.start()
    try:
        assert server.stdout is not None
        assert any("server is up" in line for line in server.stdout)
        yield ports
    finally:
        limit.cancel()
        server.kill()
        server.wait()
        server.stdout.close() if server.stdout is not None else None


def managed(port: int, command: str, until: str) -> str:
    with socket.create_connection(("127.0.0.1", port), LIMIT) as connection:
        connection.sendall(f"{command}\n".encode())
        answer = ""
        while until not in answer:
            answer += connection.recv(65_536).decode()
    return answer


def test_metrics_reach_the_statsd_server_and_none_is_forged(tmp_path: Path) -> None:
    with statsd_server(tmp_path) as (port, management):

        async def main() -> None:
            async with Monitor(
                "orders", [Statsd(f"127.0.0.1:{port}")], SETTINGS, stop_within=LIMIT
            ) as monitor:
                with monitor.incoming("POST /orders"):
                    for _ in range(500):
                        count("reserved", 2)
                    count("evil\nother.metric:1|c")
                    timing("stock.ms", 3.25)

        asyncio.run(main())
        counters = ""
        for _ in range(200):
            counters = managed(management, "counters", "END")
            if "evil" in counters:
                break
        assert "'orders.reserved': 1000" in counters and "'other.metric'" not in counters
        assert "bad_lines_seen: 0" in managed(management, "stats", "END").replace("'", "")
        timers = managed(management, "timers", "END")
        assert "'orders.stock.ms': [ 3.25 ]" in timers and "orders.event.POST_orders" in timers
        assert "monitor.Statsd.dropped': 0" in managed(management, "gauges", "END")


@contextmanager
def spotlight_server(folder: Path) -> Iterator[int]:
    """Sentry's server for development, from the npm registry; its port."""
    # Later versions of hono give it a query without a prototype, on which each of its answers fails.
    wanted = ["@spotlightjs/spotlight@4.11.8", "hono@4.12.25"]
    install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", *wanted]
    if shutil.which("npm") is None or not _worked(install, folder):
        pytest.skip("Spotlight cannot be installed here")
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    command = ["node", "node_modules/@spotlightjs/spotlight/dist/run.js", "server", "-p", str(port)]
    server = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    limit = threading.Timer(LIMIT, server.kill)
    limit.start()
    try:
        assert server.stdout is not None
        assert any("listening on" in line for line in server.stdout)
        yield port
    finally:
        limit.cancel()
        server.kill()
        server.wait()
        server.stdout.close() if server.stdout is not None else None


def test_errors_reach_spotlight_with_trace_and_breadcrumbs_and_nothing_secret(tmp_path: Path) -> None:
    with spotlight_server(tmp_path) as port:

        async def main() -> Monitor:
            sink = Sentry(f"http://key@127.0.0.1:{port}/1")
            async with Monitor("orders", [sink], SETTINGS, stop_within=LIMIT) as monitor:
                with monitor.incoming("POST /orders"):
                    log.info("placing", card="4111 1111 1111 1111")
                    log.error("no stock", password="hunter2")
            return monitor

        monitor = asyncio.run(main())
        with urlopen(f"http://127.0.0.1:{port}/stream", timeout=LIMIT) as stream:
            data = next(line for line in stream if line.startswith(b"data:"))
    assert monitor.state().sinks["Sentry"].written == 1
    _, ((kind, event),) = json.loads(data[5:])
    assert kind["type"] == "event" and event["logentry"]["message"] == "no stock"
    assert len(event["contexts"]["trace"]["trace_id"]) == 32
    assert event["breadcrumbs"]["values"][0]["message"] == "placing"
    assert b"hunter2" not in data and b"4111" not in data


def test_a_forked_child_writes_to_postgresql_by_connections_of_its_own(
    postgres: PostgreSQL, tmp_path: Path
) -> None:
    code = """
import asyncio, os, sys
from pydantic import SecretStr
from cordio_monitor import LogSettings, Monitor, log
from cordio_monitor.sinks import Table
from cordio_pg import PgSettings, Postgres

async def main():
    pg = Postgres(PgSettings(dsn=SecretStr(sys.argv[1])))
    settings = LogSettings(capture=False)
    async with Monitor("orders", [Table(pg, "log_of_forks")], settings, stop_within=60) as monitor:
        log.info("before")
        while not monitor.state().sinks["Table"].written:
            await asyncio.sleep(0.01)
        child = os.fork()
        for number in range(200):
            log.info("child" if child == 0 else "parent", number=number)
        if child == 0:
            sys.exit()
        assert os.waitpid(child, 0)[1] == 0

asyncio.run(main())
"""
    command = [sys.executable, "-W", "ignore:This process", "-c", code, postgres.url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT)
    assert (done.returncode, done.stderr) == (0, "")
    found = asyncio.run(rows(postgres, "select message, fields from log_of_forks"))
    told = [(row["message"], json.loads(row["fields"]).get("number")) for row in found]
    expected = [("before", None), *((name, number) for name in ("child", "parent") for number in range(200))]
    assert sorted(told, key=str) == sorted(expected, key=str)
