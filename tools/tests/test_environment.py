"""What the set-up says when Python itself lacks something, or the disk does."""

import errno
import importlib.util
from pathlib import Path

import pytest

from tools import stamp
from tools.environment import Environment
from tools.runner import Runner
from tools.trouble import Trouble, advice, last_words

PIP = """
WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError: Name or service not known'
ERROR: Could not find a version that satisfies the requirement click==8.5.1 (from versions: none)
ERROR: No matching distribution found for click==8.5.1

[notice] A new release of pip is available
"""


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_its_module_for_environments_is_told_how_to_get_it(
    module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == module else find(name))
    with Runner() as runner, pytest.raises(Trouble, match=f"{module} .*apt-get install python3-venv"):
        Environment(tmp_path, runner).ensure()


def test_a_full_disk_is_said_to_be_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with Runner() as runner:
        monkeypatch.setattr(runner, "run", full)
        with pytest.raises(Trouble, match="The disk is full"):
            Environment(tmp_path, runner).ensure()
        assert stamp.read(tmp_path / ".venv" / "set-up.json") is None


@pytest.mark.parametrize(
    ("output", "cure"),
    [
        (PIP, "cannot be reached"),
        ("SSLError(SSLCertVerificationError(1, 'certificate'))", "certificate"),
        ("ERROR: No matching distribution found for a==1", "does not offer"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("PermissionError: [Errno 13] Permission denied: '.venv'", "writable"),
        ("anything else", "last words"),
    ],
)
def test_the_advice_fits_what_went_wrong(output: str, cure: str) -> None:
    assert cure in advice(output)


def test_of_a_failed_command_its_errors_are_shown() -> None:
    assert [line.strip()[:20] for line in last_words(PIP).splitlines()] == [
        "ERROR: Could not fin",
        "ERROR: No matching d",
    ]


def test_of_a_failed_command_without_errors_its_end_is_shown() -> None:
    assert last_words("one\ntwo\nthree", most=2) == "    two\n    three"
