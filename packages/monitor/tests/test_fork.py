"""Every sink with a connection, across a fork: nothing twice, nothing lost, and no connection in two hands."""

import json
import os
import socketserver
import subprocess
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from packages.monitor.tests.receivers import Http, envelopes, http, udp

pytest.importorskip("sentry_sdk")
pytest.importorskip("statsd")
if not hasattr(os, "fork"):
    pytest.skip("there is no fork", allow_module_level=True)

LIMIT = 60
# Filled into each program: how its processes are made, and what each of them does.
PROGRAM = '''
import asyncio, json, multiprocessing, os, sys
from cordio_monitor import LogSettings, Monitor, count, log, span
from cordio_monitor.sinks import Choice, Queue, Sentry, Spill, Statsd, Table, Zipkin

tcp, zipkin, sentry, statsd, spill = sys.argv[1:6]
LOGS = Choice(kinds={"log"})


class Wire:
    """A service that has a connection while it is entered, as the clients of databases and brokers have."""

    connection = None

    async def __aenter__(self):
        if self.connection is not None:
            raise RuntimeError("open already")
        self.connection = await asyncio.open_connection("127.0.0.1", int(tcp))
        return self

    async def __aexit__(self, *_):
        connection, self.connection = self.connection, None
        connection[1].close()
        await connection[1].wait_closed()

    async def tell(self, kind, message):
        reader, writer = self.connection
        line = {"kind": kind, "message": message, "process": os.getpid()}
        writer.write(json.dumps(line).encode() + b"\\n")
        await writer.drain()
        assert await reader.readline() == b"ok\\n"

    async def execute(self, query, /): ...

    async def executemany(self, query, rows, /):
        for row in rows:
            await self.tell("table", row[5])

    async def publish(self, exchange, key, message, /, *, message_id=None):
        await self.tell("queue", json.loads(message)["message"])


def made():
    return Monitor("orders", [
        Zipkin(zipkin, spill=Spill(spill)), Sentry(sentry), Statsd(statsd),
        Table(Wire(), choice=LOGS), Queue(Wire(), choice=LOGS),
    ], LogSettings(capture=False), stop_within=30)


def work(monitor, name):
    for number in range(20):
        with monitor.incoming(f"{name} {number}"):
            log.info(f"{name} {number}")
            count(name)
            with span(f"span {name} {number}"):
                pass
    log.error(f"{name} failed")


async def alone(name):
    async with made() as monitor:
        work(monitor, name)


def child(name):
    if multiprocessing.get_start_method() == "fork":
        work(monitor, name)
    else:
        asyncio.run(alone(name))


async def main():
    global monitor
    async with made() as monitor:
        log.info("before")
        work(monitor, "first")
        # Each sink has its connection when the process is forked.
        while not all(account.written for account in monitor.state().sinks.values()):
            await asyncio.sleep(0.01)
        # here
        work(monitor, "second")
    balanced = [account.balances and not account.pending + account.failed + account.dropped
                for account in monitor.state().sinks.values()]
    assert all(balanced), monitor.state().sinks

if __name__ == "__main__":
    asyncio.run(main())
'''
FORK = """
        child = os.fork()
        if child == 0:
            work(monitor, "child")
            grandchild = os.fork()
            if grandchild == 0:
                work(monitor, "grandchild")
                sys.exit()
            assert os.waitpid(grandchild, 0)[1] == 0
            sys.exit()
        assert os.waitpid(child, 0)[1] == 0
"""
PROCESS = """
        multiprocessing.set_start_method({method!r})
        some = [multiprocessing.Process(target=child, args=(name,)) for name in ("child", "grandchild")]
        for process in some:
            process.start()
        for process in some:
            process.join()
            assert process.exitcode == 0
"""


class Wires:
    """A server that notes on which of its connections each line came."""

    def __init__(self) -> None:
        self.lines: list[tuple[int, dict[str, Any]]] = []
        receiver, lock = self, threading.Lock()

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                for line in self.rfile:
                    with lock:
                        receiver.lines.append((id(self), json.loads(line)))
                        receiver.kept.append(self)
                    self.wfile.write(b"ok\n")

        self.kept: list[object] = []
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]


@contextmanager
def wires() -> Iterator[Wires]:
    receiver = Wires()
    thread = threading.Thread(target=receiver.server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield receiver
    finally:
        receiver.server.shutdown()
        receiver.server.server_close()
        thread.join(LIMIT)


def spans(server: Http) -> Counter[str]:
    return Counter(one["name"] for _, _, body in server.requests for one in json.loads(body))


@pytest.mark.parametrize("method", ["os.fork", "fork", "spawn", "forkserver"])
def test_each_process_has_connections_of_its_own_and_delivers_its_own_records_once(
    method: str, tmp_path: Path
) -> None:
    place = FORK if method == "os.fork" else PROCESS.format(method=method)
    program = tmp_path / "program.py"
    program.write_text(PROGRAM.replace("        # here\n", place))
    with wires() as tcp, http() as zipkin, http() as sentry, udp() as metrics:
        dsn = f"{sentry.url.replace('://', '://key@')}/1"
        address = f"127.0.0.1:{metrics.getsockname()[1]}"
        arguments = [str(tcp.port), zipkin.url, dsn, address, str(tmp_path / "spill")]
        # Python 3.12 and later warn of every fork beside threads.
        command = [sys.executable, "-W", "ignore:This process", str(program), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT)
        packets = received(metrics)
    assert (done.returncode, done.stderr) == (0, "")
    names = ("first", "child", "grandchild", "second")
    numbered = [f"{name} {number}" for name in names for number in range(20)]
    messages = Counter([*numbered, "before", *(f"{name} failed" for name in names)])
    for kind in ("table", "queue"):
        assert Counter(line["message"] for _, line in tcp.lines if line["kind"] == kind) == messages
    hands = defaultdict(set)
    for connection, line in tcp.lines:
        hands[connection].add(line["process"])
    assert all(len(processes) == 1 for processes in hands.values()) and len(hands) == 2 * 3
    assert spans(zipkin) == Counter([*numbered, *(f"span {one}" for one in numbered)])
    assert sorted(event["logentry"]["message"] for event in envelopes(sentry)) == sorted(
        f"{name} failed" for name in names
    )
    for name in names:
        assert sum(line == f"orders.{name}:1|c" for line in packets) == 20
    assert not any(tmp_path.glob("spill*"))


def received(metrics: Any) -> list[str]:
    """Return the lines that came: on loopback they are there when their sender has ended."""
    lines: list[str] = []
    metrics.setblocking(False)
    while True:
        try:
            lines += metrics.recv(65_536).decode().split("\n")
        except BlockingIOError:
            return lines


def test_a_child_whose_server_is_away_spills_into_a_file_of_its_own(tmp_path: Path) -> None:
    code = """
import asyncio, os, sys
from cordio_monitor import LogSettings, Monitor
from cordio_monitor.sinks import Spill, Zipkin
from packages.monitor.tests.spills import spilled

async def main():
    sink = Zipkin("http://127.0.0.1:9", spill=Spill(sys.argv[1]))
    async with Monitor("orders", [sink], LogSettings(capture=False)) as monitor:
        with monitor.incoming("parent"):
            pass
        spilled(monitor, 1)
        child = os.fork()
        if child == 0:
            with monitor.incoming("child"):
                pass
            sys.exit()
        assert os.waitpid(child, 0)[1] == 0
        with monitor.incoming("parent again"):
            pass

asyncio.run(main())
"""
    path = tmp_path / "zipkin"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-W", "ignore:This process", "-c", code, str(path)]
    done = subprocess.run(command, env=environment, timeout=LIMIT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    names = [
        [json.loads(line)[5] for line in file.read_bytes().splitlines()[1:]]
        for file in (path, tmp_path / "zipkin.1")
    ]
    assert names == [["parent", "parent again"], ["child"]]


def test_a_child_that_leaves_the_loop_of_its_parent_alone_does_not_deafen_it() -> None:
    code = """
import asyncio, gc, os
from cordio_monitor.sinks._asynchronous import Own

class Service:
    async def __aenter__(self):
        return self

    async def __aexit__(self, *_): ...

    async def ask(self):
        # A thread calls the loop back, which a loop without its own socket in its selector does not hear.
        return await asyncio.wait_for(asyncio.to_thread(os.getpid), 20)

own = Own(Service(), ())
own.open()
assert own.call(own.service.ask()) == os.getpid()
child = os.fork()
if child == 0:
    own.forget()
    own.open()
    assert own.call(own.service.ask()) == os.getpid()
    own.close()
    gc.collect()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
assert own.call(own.service.ask()) == os.getpid()
own.close()
"""
    command = [sys.executable, "-W", "ignore:This process", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT)
    assert (done.returncode, done.stderr) == (0, "")
