"""The servers that tests get: real, private, and gone when they should be."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tools.servers import MissingServer, PostgreSQL, RabbitMQ, StartFailed

ROOT = Path(__file__).parents[1]
LIMIT = 60.0
LISTENING = "0A"
LOOPBACK = {"0100007F", "00000000000000000000000001000000"}  # 127.0.0.1 and ::1 as /proc/net writes them
OWNER = """
import time
from tools.servers import {kind}
with {kind}() as server:
    print(server.folder, *server.pids, flush=True)
    while True:  # a signal just before signal.pause() would be waited for without an end
        time.sleep(0.01)
"""
GETS_IT = """
def test_gets_it({fixture}):
    pass
"""


def test_both_servers_are_there_at_once(rabbitmq: RabbitMQ, postgres: PostgreSQL) -> None:
    assert rabbitmq.answers()
    with socket.create_connection((postgres.host, postgres.port), timeout=LIMIT) as connection:
        connection.sendall(b"\x00\x00\x00\x08\x04\xd2\x16\x2f")  # SSLRequest
        assert connection.recv(1) in b"NS"


def test_no_server_is_one_that_somebody_else_runs(rabbitmq: RabbitMQ, postgres: PostgreSQL) -> None:
    assert 5672 != rabbitmq.port < 32768
    assert 5432 != postgres.port < 32768
    assert rabbitmq.pids and all(_parent(pid) == os.getpid() for pid in rabbitmq.pids)
    assert postgres.pids and all(_parent(pid) == os.getpid() for pid in postgres.pids)


def test_a_server_listens_on_the_loopback_interface_only(rabbitmq: RabbitMQ, postgres: PostgreSQL) -> None:
    addresses = list(_listening((*rabbitmq.pids, *postgres.pids)))
    assert len(addresses) >= 4, "AMQP, the node, epmd and PostgreSQL"
    assert {address for address, _ in addresses} <= LOOPBACK
    assert {rabbitmq.port, postgres.port} <= {port for _, port in addresses}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_no_server_runs_as_root(rabbitmq: RabbitMQ, postgres: PostgreSQL) -> None:
    assert all(os.stat(f"/proc/{pid}").st_uid != 0 for pid in (*rabbitmq.pids, *postgres.pids))


def test_two_brokers_do_not_meet(rabbitmq: RabbitMQ, own_rabbitmq: RabbitMQ) -> None:
    assert rabbitmq.answers() and own_rabbitmq.answers()
    assert not {port for _, port in _listening(rabbitmq.pids)} & {
        port for _, port in _listening(own_rabbitmq.pids)
    }


def test_a_killed_broker_comes_back_on_its_port(own_rabbitmq: RabbitMQ) -> None:
    port, first = own_rabbitmq.port, own_rabbitmq.pids
    own_rabbitmq.kill()
    assert not own_rabbitmq.running and not own_rabbitmq.answers()
    own_rabbitmq.start()
    assert own_rabbitmq.answers() and own_rabbitmq.port == port and own_rabbitmq.pids != first


def test_a_killed_postgresql_comes_back_on_its_port(own_postgres: PostgreSQL) -> None:
    url, first = own_postgres.url, own_postgres.pids
    own_postgres.kill()
    assert not own_postgres.running and not own_postgres.pids
    own_postgres.start()
    assert own_postgres.running and own_postgres.url == url and own_postgres.pids != first


@pytest.mark.parametrize("kind", [PostgreSQL, RabbitMQ])
def test_nothing_is_left_after_a_server(kind: type[PostgreSQL | RabbitMQ]) -> None:
    with kind() as server:
        folder, pids = server.folder, server.pids
        server.freeze()
    assert pids and not folder.exists() and not any(map(_alive, pids))


@pytest.mark.parametrize("kind", [PostgreSQL, RabbitMQ])
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL], ids=["interrupted", "killed"])
def test_nothing_is_left_when_the_owner_is_interrupted_or_killed(
    kind: type[PostgreSQL | RabbitMQ], end: signal.Signals
) -> None:
    code = OWNER.format(kind=kind.__name__)
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as owner:
        assert owner.stdout is not None
        folder, *pids = owner.stdout.readline().decode().split()
        owner.send_signal(end)
    assert pids
    _wait_until(lambda: not Path(folder).exists() and not any(_alive(int(pid)) for pid in pids))


def test_a_broker_that_cannot_start_says_why() -> None:
    broker = RabbitMQ()
    (broker.folder / "rabbitmq.conf").write_text("listeners.tcp.default = not_a_port\n")
    with pytest.raises(StartFailed, match="(?s)RabbitMQ ended while it started.*not_a_port"), broker:
        pass
    assert not broker.folder.exists()


def test_a_missing_server_is_named_with_the_command_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.rabbitmq.PROGRAM", Path("/not/there"))
    with pytest.raises(MissingServer) as caught:
        RabbitMQ()
    assert caught.value.install == "apt-get install -y rabbitmq-server"


@pytest.mark.parametrize("option, outcome", [((), "1 error"), (("--allow-missing",), "1 skipped")])
def test_a_missing_server_fails_the_test_unless_that_is_allowed(
    tmp_path: Path, option: tuple[str, ...], outcome: str
) -> None:
    (tmp_path / "conftest.py").write_text(
        "from pathlib import Path\nimport tools.rabbitmq\ntools.rabbitmq.PROGRAM = Path('/not/there')\n"
        + (ROOT / "conftest.py").read_text()
    )
    (tmp_path / "test_it.py").write_text(GETS_IT.format(fixture="rabbitmq"))
    command = [sys.executable, "-m", "pytest", "-rs", "-p", "no:cacheprovider", str(tmp_path), *option]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert outcome in done.stdout and "apt-get install -y rabbitmq-server" in done.stdout


def _alive(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _parent(pid: int) -> int:
    return int((Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])


def _listening(pids: tuple[int, ...]) -> Iterator[tuple[str, int]]:
    owned = {
        os.readlink(link) for pid in pids for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()
    }
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pids[0]}/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *_, inode = line.split()[:10]
            if state == LISTENING and f"socket:[{inode}]" in owned:
                address, port = local.split(":")
                yield address, int(port, 16)


def _wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + LIMIT
    while not true():
        assert time.monotonic() < until, "it did not become true"
        time.sleep(0.05)
