"""Declared dependencies, ``requirements.txt`` and ``poetry.lock`` say the same."""

from pathlib import Path

import pytest

from tools import pins

PROJECT = """
[project]
name = "cordio-{folder}"
version = "0.1.0"
dependencies = [{dependencies}]
"""
LOCK = """
[[package]]
name = "asyncpg"
version = "0.30.0"
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder, dependencies in {"core": "", "pg": '"asyncpg>=0.29", "cordio-core<1"'}.items():
        (tmp_path / "packages" / folder).mkdir(parents=True)
        text = PROJECT.format(folder=folder, dependencies=dependencies)
        (tmp_path / "packages" / folder / "pyproject.toml").write_text(text)
    (tmp_path / "pyproject.toml").write_text(
        '[dependency-groups]\ntest = ["asyncpg", {include-group = "x"}]\n'
    )
    (tmp_path / "requirements.txt").write_text('asyncpg==0.30.0 ; python_version >= "3.11"\n')
    (tmp_path / "poetry.lock").write_text(LOCK)
    return tmp_path


def test_what_fits_has_no_faults(root: Path) -> None:
    assert list(pins.faults(root)) == []


def test_a_pin_outside_a_declared_range_is_a_fault(root: Path) -> None:
    file = root / "packages" / "pg" / "pyproject.toml"
    file.write_text(file.read_text().replace(">=0.29", ">=0.31"))
    assert list(pins.faults(root)) == ["cordio-pg requires asyncpg>=0.31; pinned: 0.30.0"]


def test_a_dependency_without_a_pin_is_a_fault(root: Path) -> None:
    file = root / "packages" / "core" / "pyproject.toml"
    file.write_text(file.read_text().replace("[]", '["click>=8"]'))
    assert list(pins.faults(root)) == ["cordio-core requires click>=8; pinned: nothing"]


def test_a_pin_that_the_lock_does_not_have_is_a_fault(root: Path) -> None:
    (root / "poetry.lock").write_text(LOCK.replace("0.30.0", "0.31.0"))
    assert list(pins.faults(root)) == ["asyncpg: requirements.txt pins {'0.30.0'}, poetry.lock {'0.31.0'}"]
