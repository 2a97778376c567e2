"""Command one on a small working copy: the set-up, its interruptions, and the service in its place."""

import errno
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tools.parts import ROOT

LIMIT = 60.0
SERVICE = """
import os, sys, time
print("service", os.getpid(), sys.argv[1:], sys.prefix, "PYTHONPATH" in os.environ, flush=True)
while True:
    time.sleep(0.01)
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working copy with no parts and a demonstration that waits for a signal."""
    root = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "tools", root / "tools", ignore=shutil.ignore_patterns("tests", "__pycache__"))
    service = root / "docs" / "examples" / "orders" / "up.py"
    service.parent.mkdir(parents=True)
    service.write_text(SERVICE)
    return root


@pytest.fixture
def bare(root: Path) -> Path:
    """The working copy before its first set-up."""
    (root / "requirements.txt").write_text("# nothing\n")
    shutil.rmtree(root / ".venv", ignore_errors=True)
    return root


@pytest.fixture
def copy(root: Path) -> Path:
    """The working copy with its environment."""
    (root / "requirements.txt").write_text("# nothing\n")
    code, said = _said(_up(root, "--only-setup"))
    assert code == 0, said
    return root


def _up(root: Path, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
    # This Python may itself stand in an environment: the command has to manage from there, too.
    return subprocess.Popen(
        [sys.executable, "tools/up.py", *arguments],
        cwd=root,
        env={"HOME": str(root), "PATH": os.environ["PATH"], **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _said(running: "subprocess.Popen[str]") -> tuple[int, str]:
    said, _ = running.communicate(timeout=LIMIT)
    return running.returncode, said


@contextmanager
def _held(root: Path) -> Iterator[None]:
    """Make pip read its requirements from a pipe, and so hold every set-up until the block ends."""
    pipe = root / "pipe"
    os.mkfifo(pipe)
    (root / "requirements.txt").write_text("-r pipe\n")
    try:
        yield
    finally:
        pipe.unlink()
        (root / "requirements.txt").write_text("# nothing\n")


def _writer(pipe: Path) -> int:
    """Wait until pip has opened the pipe; return our end of it."""
    limit = time.monotonic() + LIMIT
    while True:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            assert error.errno == errno.ENXIO and time.monotonic() < limit, "pip did not begin"
            time.sleep(0.02)


def test_a_set_up_tells_its_steps_and_the_second_has_nothing_left_to_do(bare: Path) -> None:
    code, said = _said(_up(bare, "--only-setup"))
    *steps, ready = said.splitlines()
    labels = [f"making .venv with Python {platform.python_version()}", "installing 0 pinned packages"]
    assert (code, [step.partition(" ..")[0] for step in steps]) == (0, labels), said
    assert all(re.search(r" \d+\.\d s$", step) for step in steps)
    assert ready == f"Ready: {bare}/.venv"
    assert _said(_up(bare, "--only-setup")) == (0, f"{ready}\n")


def test_the_service_takes_the_place_of_the_command_and_gets_its_arguments_and_signals(copy: Path) -> None:
    running = _up(copy, "--", "--http-port", "0", PYTHONPATH="/elsewhere")
    assert running.stdout
    line = next(line for line in running.stdout if line.startswith("service"))
    assert line.split() == ["service", f"{running.pid}", "['--http-port',", "'0']", f"{copy}/.venv", "False"]
    running.send_signal(signal.SIGTERM)
    assert running.wait(LIMIT) == -signal.SIGTERM
    running.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_set_up_that_is_stopped_ends_its_children_and_the_next_one_works(
    copy: Path, number: signal.Signals
) -> None:
    with _held(copy):
        running = _up(copy, "--only-setup")
        writer = _writer(copy / "pipe")
        running.send_signal(number)
        code, said = _said(running)
        with pytest.raises(BrokenPipeError):
            os.write(writer, b"\n")
        os.close(writer)
    word = f"tools: stopped by {number.name}; nothing is left running, and the next run begins anew.\n"
    assert (code, said.endswith(word)) == (128 + number, True), said
    code, said = _said(_up(copy, "--only-setup"))
    assert (code, said.partition(" ..")[0]) == (0, "removing an unfinished or older .venv"), said


def test_a_set_up_that_was_killed_is_done_anew_once_its_pip_has_ended(copy: Path) -> None:
    with _held(copy):
        running = _up(copy, "--only-setup")
        writer = _writer(copy / "pipe")
        running.kill()
        running.communicate()
        (copy / "requirements.txt").write_text("# nothing\n")
        following = _up(copy, "--only-setup")
        assert following.stdout
        word = following.stdout.readline()
        os.close(writer)  # only now pip, which was left behind, comes to its end
        code, said = _said(following)
    assert word == f"Another set-up is at work here (process {running.pid}): waiting for it.\n"
    assert (code, said.partition(" ..")[0]) == (0, "removing an unfinished or older .venv"), said


def test_of_two_set_ups_at_once_the_second_says_so_and_waits_for_the_first(copy: Path) -> None:
    with _held(copy):
        first = _up(copy, "--only-setup")
        writer = _writer(copy / "pipe")
        second = _up(copy, "--only-setup")
        assert second.stdout
        word = second.stdout.readline()
        os.close(writer)
        assert _said(first)[0] == 0
        assert _said(second)[0] == 0
    assert word == f"Another set-up is at work here (process {first.pid}): waiting for it.\n"


def test_an_index_that_cannot_be_reached_is_said_with_what_to_look_at(copy: Path) -> None:
    (copy / "requirements.txt").write_text("a-package-of-nobody==1\n")
    # Nothing listens on the port of the discard service.
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "1", "PIP_CONFIG_FILE": os.devnull}
    code, said = _said(_up(copy, "--only-setup", **nowhere))
    assert code == 1
    assert "ERROR: No matching distribution found for a-package-of-nobody==1" in said
    assert "The package index cannot be reached" in said.splitlines()[-1]
    assert (copy / "build" / "set-up.log").exists()


def test_a_file_in_the_place_of_the_environment_is_left_alone(bare: Path) -> None:
    (bare / ".venv").write_text("mine")
    code, said = _said(_up(bare, "--only-setup"))
    word = f"tools: {bare}/.venv is not a folder. Move it away: the set-up makes its own.\n"
    assert (code, said, (bare / ".venv").read_text()) == (1, word, "mine")
    (bare / ".venv").unlink()


def test_what_is_not_an_argument_of_the_set_up_is_refused_before_anything_is_done(bare: Path) -> None:
    code, said = _said(_up(bare, "--http-port", "0"))
    assert (code, "unrecognized arguments: --http-port" in said) == (2, True)
    assert not (bare / ".venv").exists()
