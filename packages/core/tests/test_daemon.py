"""An application in the background: one of it, with a lock, a pid file and its output in files."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from cordio_core import App, Exit
from cordio_core.daemon import Daemon, DaemonError, PidFile

PROGRAM = """
import os, sys
from pathlib import Path
from cordio_core import App, CoreError
from packages.core.tests.doubles import Manual, Settings

class Broken(Manual):
    async def start(self, runtime, /):
        raise CoreError("no broker: start one")

mode, does, workers = sys.argv[1], sys.argv[2], int(sys.argv[3])
app = App("orders", configuring=Settings(drain="0s"), entrypoints=[Broken() if mode == "broken" else Manual()])

@app.main
async def main():
    print("hello from", os.getpid(), os.getcwd(), flush=True)

sys.exit(getattr(app.daemon(Path.cwd(), workers=workers), does)())
"""


class Folder:
    """The root folder of an application that is started and stopped in the background."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.pid_file = PidFile(path / "var/run/orders.pid", "orders")
        self.log = path / "var/log/orders.log"

    def says(self, does: str, mode: str = "well", workers: int = 1) -> tuple[int, str, str]:
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[3]), *sys.path]),
        }
        shown = subprocess.run(
            [sys.executable, "-c", PROGRAM, mode, does, str(workers)],
            cwd=self.path,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=25,
        )
        return shown.returncode, shown.stdout, shown.stderr

    def kill(self) -> None:
        pid = self.pid_file.pid()
        if pid is not None and self.pid_file.is_held():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while self.pid_file.is_held():
            pass


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    pytest.importorskip("daemon")
    found = Folder(tmp_path)
    yield found
    found.kill()


@pytest.mark.parametrize("workers", [1, 2])
def test_it_starts_tells_how_it_is_and_stops(folder: Folder, workers: int) -> None:
    assert folder.says("status") == (3, "orders does not run\n", "")
    code, out, err = folder.says("start", workers=workers)
    pid = folder.pid_file.pid()
    assert (code, out, err) == (0, f"orders is up, as process {pid}\n", "")
    assert folder.says("status") == (0, f"orders runs, as process {pid}\n", "")
    assert folder.says("stop") == (0, "orders has stopped\n", "")
    assert folder.says("stop") == (0, "orders does not run\n", "")
    assert folder.log.read_text().count("hello from") == workers
    assert str(folder.path) in folder.log.read_text()


def test_a_second_one_is_refused_with_the_number_of_the_first(folder: Folder) -> None:
    assert folder.says("start")[0] == 0
    code, out, err = folder.says("start")
    pid, path = folder.pid_file.pid(), folder.pid_file.path
    assert code == Exit.LOCKED and out == ""
    assert f"orders runs already, as process {pid} ({path}): stop it first: daemon stop" in err


def test_a_restart_ends_the_one_and_starts_another(folder: Folder) -> None:
    folder.says("start")
    first = folder.pid_file.pid()
    code, out, _ = folder.says("restart")
    assert code == 0 and out.startswith("orders has stopped\norders is up")
    assert folder.pid_file.pid() != first


def test_a_start_that_fails_is_told_in_the_foreground_with_its_code(folder: Folder) -> None:
    code, out, err = folder.says("start", "broken")
    assert (code, out) == (Exit.SOFTWARE, "")
    assert err.endswith(f"no broker: start one\norders did not start: see {folder.log}\n")
    assert folder.says("status")[0] == 3


def test_the_pid_file_of_a_dead_process_keeps_nobody_out(folder: Folder) -> None:
    folder.says("start")
    first = folder.pid_file.pid()
    folder.kill()
    code, out, _ = folder.says("status")
    assert (code, out) == (
        1,
        f"orders does not run: process {first} ended without a word; see {folder.log}\n",
    )
    code, out, err = folder.says("start")
    assert code == 0 and f"process {first} ended without a word; its pid file is taken over" in err


def test_the_lock_tells_of_a_holder_whose_number_nobody_knows(tmp_path: Path) -> None:
    file = PidFile(tmp_path / "orders.pid", "orders")
    with file:
        file.path.write_text("not a number")
        with pytest.raises(DaemonError, match="runs already, as another process"):
            PidFile(file.path, "orders").__enter__()
    assert not file.is_held() and file.pid() is None


def test_without_its_package_a_daemon_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "daemon", None)
    assert App("orders").daemon(tmp_path).start() == Exit.SOFTWARE
    said = "orders needs the package python-daemon for that: pip install 'cordio-core[daemon]'\n"
    assert capsys.readouterr().err == said


def test_one_that_does_not_stop_in_time_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    daemon = Daemon("orders", tmp_path, lambda ready: 0, within=0.1)
    with PidFile(tmp_path / "var/run/orders.pid", "orders"):
        before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
        try:
            assert daemon.restart() == Exit.CUT
        finally:
            signal.signal(signal.SIGTERM, before)
    pid = os.getpid()
    said = f"orders runs on, as process {pid}, though it was told to stop 0.1 s ago: see "
    assert capsys.readouterr().err == f"{said}{daemon.log}, or kill it: kill -9 {pid}\n"


def test_one_whose_number_nobody_knows_is_not_stopped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    daemon = Daemon("orders", tmp_path, lambda ready: 0)
    with PidFile(tmp_path / "var/run/orders.pid", "orders") as file:
        file.path.write_text("")
        assert daemon.stop() == Exit.LOCKED
    assert "orders runs, but its pid file names no process: find who holds" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["", "..", "../orders", "or\0ders"])
def test_a_name_that_is_none_of_a_file_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(DaemonError, match="cannot be named after it: give App a name without '/'"):
        Daemon(name, tmp_path, lambda ready: 0)


@pytest.mark.parametrize("does", ["start", "stop", "restart", "status"])
def test_a_folder_that_cannot_be_used_is_named(
    does: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "var").touch()
    assert getattr(App("orders").daemon(tmp_path), does)() == Exit.SOFTWARE
    shown = capsys.readouterr().err
    path = tmp_path / "var/run/orders.pid"
    assert (
        shown
        == f"orders cannot use {path} (Not a directory): make it a file of this user, in a folder of theirs\n"
    )


def test_a_link_in_the_place_of_the_pid_file_is_not_followed(tmp_path: Path) -> None:
    other, link = tmp_path / "other", tmp_path / "orders.pid"
    other.write_text("kept")
    link.symlink_to(other)
    with pytest.raises(DaemonError, match=rf"orders cannot use {link} \("), PidFile(link, "orders"):
        pytest.fail("it was taken")
    assert other.read_text() == "kept"
