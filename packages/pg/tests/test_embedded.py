"""A private server: made, shared, adopted, killed; never half made, never left behind."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from cordio_pg.embedded import DataInUse, DataUnusable, EmbeddedError, Server, StartFailed

QUICK = {"fsync": "off"}

_CHILD = """
import sys
from pathlib import Path
from cordio_pg.embedded import Server
port = int(sys.argv[2]) if len(sys.argv) > 2 else None
server = Server(Path(sys.argv[1]), port=port, options={"fsync": "off"})
print("starting", flush=True)
server.start()
print(server.pid, flush=True)
"""


@contextmanager
def _process(code: str, *words: object) -> Iterator[subprocess.Popen[str]]:
    """Another Python process in a terminal session of its own, dead at the end."""
    command = [sys.executable, "-c", code, *map(str, words)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as child:
        try:
            yield child
        finally:
            child.kill()


def _line(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline().strip()


def _ask(server: Server, query: str = "select 1") -> object:
    async def main() -> object:
        connection = await asyncpg.connect(server.dsn)
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()

    return asyncio.run(main())


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()


@pytest.mark.parametrize(
    "name", ["pg", "with space", "möbius ☃ 数据", "quo'te\"s, and $HOME", "long-" + "x" * 150]
)
def test_a_server_lives_in_a_folder_of_any_name(data: Path, name: str) -> None:
    with Server(data / name, options=QUICK) as server:
        assert _ask(server, "show server_encoding") == "UTF8"
        assert len(f"{server.host}/.s.PGSQL.{server.port}") < 104
        assert os.stat(server.host).st_mode & 0o777 == 0o700
        assert _ask(server, "show listen_addresses") == ""
    assert not server.running
    assert not os.path.exists(server.host)


def test_by_default_data_is_written_for_sure(data: Path) -> None:
    with Server(data) as server:
        assert _ask(server, "show fsync") == "on"


def test_the_port_asks_for_the_password_that_was_given_last(made: Path, free_port: int) -> None:
    with Server(made, port=free_port, password="first", options=QUICK) as server:
        assert _ask(server) == 1
    with Server(made, port=free_port, password="se'co\\nd\n", options=QUICK) as server:
        assert _ask(server) == 1
        assert _ask(server, "show listen_addresses") == "127.0.0.1"
        other = Server(made, port=free_port, password="first")
        with pytest.raises(asyncpg.InvalidPasswordError):
            _ask(other)
        assert "se'co" not in repr(server)
        assert "scram-sha-256" in str(
            _ask(server, "select string_agg(auth_method, ',') from pg_hba_file_rules")
        )


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_stopped_server_starts_again_at_the_same_place(made: Path, mode: str) -> None:
    with Server(made, options=QUICK) as server:
        before = server.dsn
        _ask(server, "create table kept ()")
        server.stop("fast" if mode == "fast" else "immediate")
        assert not server.running
        server.start()
        assert server.dsn == before
        assert _ask(server, "select count(*) from kept") == 0


def test_a_killed_server_leaves_no_process_and_recovers(made: Path) -> None:
    with Server(made, options=QUICK) as server:
        before, pid = server.dsn, server.pid
        children = _children(pid)
        assert len(children) > 3
        server.kill()
        assert not any(map(_lives, [pid, *children]))
        server.start()
        assert server.dsn == before
        assert _ask(server) == 1


def test_a_server_whose_postmaster_alone_was_killed_starts_again(made: Path) -> None:
    with Server(made, options=QUICK) as server:
        os.kill(server.pid, signal.SIGKILL)
        while server.running:
            pass
        server.start()
        assert _ask(server) == 1


def test_a_paused_server_answers_nothing_until_it_is_resumed_and_can_be_stopped(made: Path) -> None:
    async def asked(server: Server) -> None:
        async with asyncio.timeout(0.2):
            await asyncpg.connect(server.dsn)

    with Server(made, options=QUICK) as server:
        server.pause()
        assert server.running
        with pytest.raises(TimeoutError):
            asyncio.run(asked(server))
        server.resume()
        assert _ask(server) == 1
        server.pause()
    assert not server.running


def test_starting_twice_is_starting_once(made: Path) -> None:
    with Server(made, options=QUICK) as server:
        pid = server.pid
        server.start()
        assert server.pid == pid
    server.stop()


def test_a_first_start_that_was_interrupted_is_done_again(data: Path) -> None:
    with _process(_CHILD, data) as child:
        assert _line(child) == "starting"
        while not list(data.glob("unfinished-*/base")):
            assert child.poll() is None
        child.kill()
    with Server(data, options=QUICK) as server:
        assert _ask(server) == 1
    assert not list(data.glob("unfinished-*"))


def test_a_server_is_shared_and_ends_with_its_last_user(made: Path) -> None:
    with _process(_CHILD + "input()", made) as child:
        _line(child)
        pid = int(_line(child))
        with Server(made) as server:
            assert server.pid == pid
            assert (made / "owner.pid").read_text() == f"{child.pid}\n"
            child.communicate("\n", timeout=20)
            assert _ask(server) == 1
            with Server(made) as second:
                assert second.pid == pid
            assert _ask(server) == 1
    assert not _lives(pid)


def test_a_server_that_is_shared_cannot_be_had_on_another_port(made: Path, free_port: int) -> None:
    with _process(_CHILD + "input()", made) as child:
        assert _line(child) == "starting" and _line(child)
        with pytest.raises(DataInUse, match=f"by process {child.pid}: it does not answer on port {free_port}"):
            Server(made, port=free_port).start()
        child.communicate("\n", timeout=20)


def test_the_server_of_a_dead_process_is_adopted(made: Path) -> None:
    with _process(_CHILD + "input()", made) as child:
        _line(child)
        pid = int(_line(child))
        child.kill()
    assert _lives(pid)
    with Server(made) as server:
        assert server.pid == pid
        assert (made / "owner.pid").read_text() == f"{os.getpid()}\n"
        assert _ask(server) == 1
    assert not _lives(pid)


@pytest.mark.parametrize("state", ["running", "frozen"])
def test_the_server_of_a_dead_process_is_started_anew_where_it_does_not_fit(
    made: Path, free_port: int, state: str
) -> None:
    with _process(_CHILD + "input()", made) as child:
        _line(child)
        pid = int(_line(child))
        child.kill()
    if state == "frozen":
        os.kill(pid, signal.SIGSTOP)
    with Server(made, port=free_port if state == "running" else None) as server:
        assert server.pid != pid
        assert not _lives(pid)
        assert _ask(server) == 1


def test_a_server_ends_with_its_process(made: Path) -> None:
    with _process(_CHILD + "raise SystemExit(3)", made) as child:
        _line(child)
        pid = int(_line(child))
        assert child.wait(20) == 3
    assert not _lives(pid)


def test_ctrl_c_in_the_terminal_does_not_reach_the_server(made: Path) -> None:
    code = _CHILD + (
        "import time\n"
        "try: print(1, flush=True); time.sleep(60)\n"
        "except KeyboardInterrupt: print(server.running, flush=True)"
    )
    with _process(code, made) as child:
        assert _line(child) == "starting"
        pid = int(_line(child))
        assert os.getpgid(pid) != child.pid
        assert _line(child) == "1"
        os.killpg(child.pid, signal.SIGINT)
        assert _line(child) == "True"
        assert child.wait(20) == 0


def test_a_number_that_another_process_has_now_is_not_taken_for_the_server(made: Path) -> None:
    """As in a container that starts again: the numbers in old files are those of others now."""
    with Server(made, options=QUICK) as server, Server(made.with_name("other"), options=QUICK) as other:
        left = (made / "cluster" / "postmaster.pid", Path(server.host, ".s.PGSQL.5432.lock"))
        texts = [file.read_text() for file in left]
        server.kill()
        for file, text in zip(left, texts, strict=True):
            file.write_text(text.replace(str(server.pid), str(other.pid), 1))
        assert not server.running
        server.start()
        assert _ask(server) == 1
        assert _ask(other) == 1


def test_a_port_that_is_taken_is_told_with_what_the_server_said(made: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(StartFailed, match="could not bind IPv4 address.*Address already in use"):
            Server(made, port=port, options=QUICK).start()
        with Server(made, options=QUICK) as server:
            assert _ask(server) == 1


def test_a_wrong_option_is_told_with_what_the_server_said(made: Path) -> None:
    with pytest.raises(StartFailed, match='unrecognized configuration parameter "shared_bufers"') as failed:
        Server(made, options={**QUICK, "shared_bufers": "1MB"}).start()
    assert failed.value.exit_code == 70, "a process that it ends tells these words, not a traceback"


def test_another_superuser_than_the_one_that_made_the_data_is_told(made: Path) -> None:
    with Server(made, options=QUICK):
        pass
    with pytest.raises(EmbeddedError, match='lets nobody in: role "somebody" does not exist'):
        Server(made, user="somebody", options=QUICK).start()
    with Server(made, options=QUICK) as server:
        assert _ask(server) == 1


def test_data_that_cannot_be_used_is_told(data: Path) -> None:
    data.write_text("a file")
    with pytest.raises(DataUnusable, match=f"the data folder {data} cannot be used: File exists"):
        Server(data).start()


def test_a_server_that_was_not_started_has_no_address(data: Path) -> None:
    with pytest.raises(EmbeddedError, match="was not started"):
        _ = Server(data).dsn


def test_a_server_whose_folder_was_removed_is_stopped_all_the_same(made: Path) -> None:
    with Server(made, options=QUICK) as server:
        pid = server.pid
        made.rename(made.with_name("elsewhere"))
    assert not _lives(pid)


def test_a_cancelled_start_leaves_no_server(data: Path) -> None:
    server = Server(data, options=QUICK)

    async def main() -> None:
        async with asyncio.timeout(0.05):
            async with server:
                pass

    with Server(data, options=QUICK):
        pass
    with pytest.raises(TimeoutError):
        asyncio.run(main())
    assert not server.running


def test_in_a_loop_a_server_starts_and_stops_without_blocking(made: Path) -> None:
    async def main() -> None:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0.001)
                ticks += 1

        ticking = asyncio.create_task(tick())
        async with Server(made, options=QUICK) as server:
            assert server.running
        ticking.cancel()
        assert ticks > 5
        assert not server.running

    asyncio.run(main())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_user_who_is_not_root_runs_it_as_himself(data: Path) -> None:
    data.mkdir()
    os.chown(data, 65534, 65534)
    child = os.fork()
    if child == 0:
        os._exit(_as_nobody(data))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _as_nobody(data: Path) -> int:
    try:
        os.setgroups([])
        os.setresgid(65534, 65534, 65534)
        os.setresuid(65534, 65534, 65534)
        with Server(data, options=QUICK) as server:
            assert os.stat(f"/proc/{server.pid}").st_uid == 65534
            assert os.stat(data / "cluster").st_uid == 65534
        return 0
    except Exception:
        traceback.print_exc()
        return 1


def _children(pid: int) -> list[int]:
    told = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=True)
    return [int(word) for word in told.stdout.split()]
