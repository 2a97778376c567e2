"""A program in development: started anew when its code changes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from packages.core.tests.test_workers import LIMIT, Program

from cordio_core import App, CoreError

PROGRAM = """
import sys
from cordio_core import App

app = App("orders")

@app.main
async def main():
    print("hello WORD", flush=True)

sys.exit(app.run(reload=True))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "program.py").write_text(PROGRAM.replace("WORD", "one"))
    return tmp_path


@pytest.fixture
def run(folder: Path) -> Iterator[Program]:
    process = subprocess.Popen(
        [sys.executable, "-B", "program.py"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    found = Program(process)
    yield found
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(LIMIT)
    found.reader.join(LIMIT)
    assert process.stdout is not None
    process.stdout.close()


def test_a_program_is_started_anew_when_its_code_changes(run: Program, folder: Path) -> None:
    run.found("hello one")
    (folder / "program.py").write_text(PROGRAM.replace("WORD", "number two"))
    run.found("orders is started anew: .*program.py changed")
    run.found("hello number two")
    run.process.terminate()
    assert run.process.wait(LIMIT) == 0


def test_a_mistake_in_the_code_waits_for_its_mending(run: Program, folder: Path) -> None:
    run.found("hello one")
    (folder / "program.py").write_text("this is no Python")
    run.found("SyntaxError")
    run.found("orders ended with exit code 1: it waits for a change")
    (folder / "program.py").write_text(PROGRAM.replace("WORD", "again"))
    run.found("hello again")
    os.killpg(run.process.pid, signal.SIGINT)
    assert run.process.wait(LIMIT) == 0


def test_a_new_file_beside_the_others_counts(run: Program, folder: Path) -> None:
    run.found("hello one")
    (folder / "other.py").write_text("")
    run.found("orders is started anew: .*other.py changed")
    run.found("hello one", 2)
    run.process.terminate()
    assert run.process.wait(LIMIT) == 0


def test_reload_and_workers_do_not_go_together() -> None:
    with pytest.raises(CoreError, match="reload is for one process: leave workers out"):
        App("orders").run(workers=2, reload=True)


def test_a_signal_while_it_waits_ends_it(run: Program, folder: Path) -> None:
    run.found("hello one")
    (folder / "program.py").write_text("raise SystemExit(7)")
    run.found("orders ended with exit code 7")
    run.process.terminate()
    assert run.process.wait(LIMIT) == 7
