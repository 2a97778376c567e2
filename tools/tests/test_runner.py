"""A child ends with the program that runs it, whatever ends that."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tools.parts import ROOT
from tools.runner import Runner, Stopped, clean

# Runs a child that tells the number of one of its own, which goes on unless the whole group is killed.
PROGRAM = textwrap.dedent("""
    import sys
    from tools.runner import Runner, Stopped

    with Runner(grace=0.2) as runner:
        try:
            runner.run(["sh", "-c", sys.argv[1]])
        except Stopped as stopped:
            print(stopped, flush=True)
            sys.exit(stopped.exit_code)
    """)
CHILDREN = {
    "a child that ends when it is asked": "sleep 600 & echo $!; wait",
    "a child that ignores it": "trap '' INT; sleep 600 & echo $!; while :; do wait; done",
}


@pytest.mark.parametrize("child", CHILDREN.values(), ids=CHILDREN)
@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name
)
def test_a_signal_ends_the_child_and_its_children_before_the_program(
    number: signal.Signals, child: str
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, child], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout
        grandchild = int(running.stdout.readline())
        running.send_signal(number)
        said = running.stdout.read()
    assert (said, running.returncode) == (f"stopped by {number.name}\n", 128 + number)
    assert _gone(grandchild)


def test_the_exit_code_of_the_child_is_returned_and_its_output_kept(tmp_path: Path) -> None:
    with Runner() as runner:
        code = runner.run(["sh", "-c", "echo out; echo err >&2; exit 3"], output=tmp_path / "said")
    assert (code, (tmp_path / "said").read_text()) == (3, "out\nerr\n")


def test_after_a_signal_no_further_child_is_started(tmp_path: Path) -> None:
    with Runner() as runner:
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(Stopped):
            runner.run(["touch", str(tmp_path / "started")])
    assert not (tmp_path / "started").exists()


def test_a_signal_ends_the_children_of_all_threads(tmp_path: Path) -> None:
    def work(runner: Runner, name: str) -> Stopped | None:
        try:
            runner.run(["sh", "-c", "echo begun; exec sleep 600"], output=tmp_path / name)
        except Stopped as stopped:
            return stopped
        return None

    with Runner(grace=0.2) as runner, ThreadPoolExecutor() as pool:
        running = [pool.submit(work, runner, name) for name in ("one", "two")]
        _wait(
            lambda: all(
                (tmp_path / name).exists() and (tmp_path / name).read_text() for name in ("one", "two")
            )
        )
        os.kill(os.getpid(), signal.SIGTERM)
        assert [f"{future.result()}" for future in running] == ["stopped by SIGTERM"] * 2


def test_the_handlers_of_before_are_back_afterwards() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    with Runner():
        pass
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == before


def test_a_child_does_not_see_what_leads_to_other_packages() -> None:
    given = {
        "PATH": "/bin",
        "PYTHONHOME": "/x",
        "PYTHONWARNINGS": "error",
        "PIP_TARGET": "/y",
        "PIP_CERT": "/z",
    }
    assert clean(given) == {"PATH": "/bin", "PIP_CERT": "/z"}


def _gone(process: int) -> bool:
    """Wait until the process has ended; it may be nobody's child for a moment."""

    def ended() -> bool:
        try:
            return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except (FileNotFoundError, ProcessLookupError):
            return True

    return _wait(ended)


def _wait(what: Callable[[], bool]) -> bool:
    limit = time.monotonic() + 30
    while not what() and time.monotonic() < limit:
        time.sleep(0.02)
    return what()
