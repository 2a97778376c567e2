"""What a set-up has to do again is what has changed since the last one that finished."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools import stamp

NAMES = ["python", "root", "requirements.txt", "packages/a/pyproject.toml", "packages/b/pyproject.toml"]
MARKS = st.fixed_dictionaries({name: st.sampled_from(["1", "2"]) for name in NAMES})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("a", "b"):
        (tmp_path / "packages" / folder).mkdir(parents=True)
        (tmp_path / "packages" / folder / "pyproject.toml").write_text(f"# {folder}")
    (tmp_path / "requirements.txt").write_text("click==8.1.0\n")
    return tmp_path


@given(MARKS)
def test_nothing_is_done_when_nothing_has_changed(want: dict[str, str]) -> None:
    assert not stamp.plan(dict(want), want)


@given(MARKS, MARKS)
def test_every_change_is_answered_by_what_it_asks_for(have: dict[str, str], want: dict[str, str]) -> None:
    found = stamp.plan(have, want)
    changed = {name for name in NAMES if have[name] != want[name]}
    assert found.anew == bool(changed & {"python", "root"})
    if not found.anew:
        assert found.pins == ("requirements.txt" in changed)
        assert {f"{part}/pyproject.toml" for part in found.parts} == changed - {"requirements.txt"}


def test_a_part_that_has_gone_is_gone_from_the_environment_too(root: Path) -> None:
    have = stamp.marks(root)
    (root / "packages" / "b" / "pyproject.toml").unlink()
    assert stamp.plan(have, stamp.marks(root)).anew


def test_a_new_part_is_installed_beside_the_others(root: Path) -> None:
    have = stamp.marks(root)
    (root / "packages" / "c").mkdir()
    (root / "packages" / "c" / "pyproject.toml").write_text("# c")
    assert stamp.plan(have, stamp.marks(root)) == stamp.Plan(False, False, ("packages/c",))


def test_a_working_copy_that_was_moved_is_set_up_anew(root: Path, tmp_path: Path) -> None:
    have = stamp.marks(root)
    moved = root.rename(tmp_path.with_name("moved"))
    assert stamp.plan(have, stamp.marks(moved)).anew


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"'])
def test_a_stamp_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "stamp").write_text(text)
    assert stamp.read(tmp_path / "stamp") is None
