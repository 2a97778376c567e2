"""``cordio new``: a project that runs, whose own checks pass, made whole or not at all."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from cordio.command import main
from cordio.template import NoProject, make

TOOLS = ("black", "flake8", "isort", "mypy", "pytest")


def ran(root: Path, *command: str) -> str:
    beside = Path(sys.executable).parent
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST_", "COV", "COVERAGE"))
    }
    done = subprocess.run(
        command,
        cwd=root,
        env={**environment, "PATH": f"{beside}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, (done.stdout, done.stderr)
    return done.stdout


def test_a_new_project_runs_as_it_was_made(tmp_path: Path) -> None:
    shown = CliRunner().invoke(main, ["new", "order-intake", "--into", str(tmp_path)])
    assert shown.exit_code == 0, shown.output
    root = tmp_path / "order-intake"
    assert str(root) in shown.output
    answered = ran(root, sys.executable, "up.py", "once", "greet", '{"language": "fr", "name": "Anne"}')
    assert answered.splitlines()[-1] == '{"text": "Bonjour, Anne!"}'
    assert '"service": "order-intake"' in answered
    ran(root, sys.executable, "up.py", "--config-check")


def test_a_new_project_passes_its_own_checks(tmp_path: Path) -> None:
    missing = [tool for tool in TOOLS if not (Path(sys.executable).parent / tool).exists()]
    if missing:
        pytest.skip(f"not installed here: {', '.join(missing)}")
    root = make("order-intake", tmp_path)
    assert "4 passed" in ran(root, "bash", "usr/bin/check")


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_what_the_application_writes_and_its_settings_are_not_versioned(tmp_path: Path) -> None:
    root = make("orders", tmp_path)
    (root / "var" / "log").mkdir()
    (root / "var" / "log" / "main.log").touch()
    ran(root, "git", "init", "-q", ".")
    ran(root, "git", "add", "-A")
    versioned = ran(root, "git", "ls-files").split()
    assert "etc/data_version" in versioned
    assert not {"etc/main.yaml", "var/log/main.log"} & set(versioned)


def test_every_file_bears_the_name_of_the_project(tmp_path: Path) -> None:
    root = make("orders", tmp_path)
    assert (root / "usr" / "deploy" / "orders.service").is_file()
    assert not [path for path in root.rglob("*") if "@" in path.name or path.suffix == ".in"]
    assert not [path for path in root.rglob("*") if path.is_file() and "@name@" in path.read_text()]


@pytest.mark.parametrize("name", ["Orders", "9lives", "../orders", "a b", "", "a" * 65, "orders-", "pytest"])
def test_what_is_no_name_is_refused_and_nothing_is_made(tmp_path: Path, name: str) -> None:
    shown = CliRunner().invoke(main, ["new", "--into", str(tmp_path), "--", name])
    assert shown.exit_code == 64
    assert repr(name) in shown.output
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "orders").mkdir()
    with pytest.raises(NoProject, match="is there already"):
        make("orders", tmp_path)
    assert not list((tmp_path / "orders").iterdir())


def test_a_project_that_cannot_be_written_whole_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cordio.template._project.shutil.copyfile", full)
    with pytest.raises(NoProject, match="No space left on device"):
        make("orders", tmp_path)
    assert not list(tmp_path.iterdir())
