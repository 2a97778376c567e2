"""A Python that is too old is told so, not shown a syntax error."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tools import interpreter
from tools.parts import ROOT

OLD_ENOUGH = ("up.py", "test.py", "interpreter.py", "__init__.py")


@pytest.mark.parametrize("name", OLD_ENOUGH)
def test_what_an_old_python_reads_keeps_to_its_syntax(name: str) -> None:
    ast.parse((ROOT / "tools" / name).read_text("utf-8"), feature_version=(3, 6))


def test_an_old_python_is_named_with_a_newer_one_of_this_machine() -> None:
    told = interpreter.complaint((3, 9, 2), "python3.13")
    assert told == "CorDio needs Python 3.11 or newer; this is 3.9. Run the same command with python3.13."


def test_an_old_python_on_a_machine_with_no_other_is_told_how_to_get_one() -> None:
    assert "apt-get install python3" in f"{interpreter.complaint((3, 10, 0), None)}"


@pytest.mark.parametrize("version", [(3, 11), (3, 13, 1), (4, 0)])
def test_a_python_that_will_do_is_told_nothing(version: tuple[int, ...]) -> None:
    assert interpreter.complaint(version, "python3.12") is None


@pytest.mark.parametrize("name", ["up.py", "test.py"])
def test_a_command_of_an_old_python_ends_with_the_word(name: str, tmp_path: Path) -> None:
    old = f"import sys, runpy; sys.version_info = (3, 8, 1); sys.path[0] = {str(ROOT / 'tools')!r}; "
    code = f"{old}runpy.run_path({str(ROOT / 'tools' / name)!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("CorDio needs Python 3.11 or newer; this is 3.8. ")
