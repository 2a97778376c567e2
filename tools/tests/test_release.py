"""A part gets its next version: numbers or a date, the news, a commit and a tag."""

import datetime
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from tools.parts import ROOT
from tools.release import KINDS, ReleaseError, following, main, release

DAY = datetime.date(2026, 11, 24)
DAYS = st.dates(datetime.date(2020, 1, 1), datetime.date(2099, 12, 31))
NUMBERS = st.tuples(st.integers(0, 999), st.integers(0, 999), st.integers(0, 999))
PROJECT = '[project]\nname = "cordio-pg"\nversion = "0.1.0"\ndescription = "version = x"\n'
LOG = "Changes\n=======\n\n.. towncrier release notes start\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with one part that has news."""
    home = tmp_path / "packages" / "pg"
    (home / "changes").mkdir(parents=True)
    (home / "pyproject.toml").write_text(PROJECT)
    (home / "CHANGELOG.rst").write_text(LOG)
    (home / "changes" / ".gitkeep").touch()
    (home / "changes" / "+pool.added.rst").write_text("A pool.\n")
    shutil.copy(ROOT / "towncrier.toml", tmp_path)
    for words in (["init", "-q"], ["config", "user.name", "A"], ["config", "user.email", "a@example.org"]):
        _git(tmp_path, *words)
    _git(tmp_path, "add", "--all")
    _git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@given(NUMBERS, st.sampled_from(KINDS), DAYS)
def test_a_version_sorts_before_the_one_that_follows_it(
    numbers: tuple[int, int, int], kind: str, day: datetime.date
) -> None:
    current = ".".join(str(number) for number in numbers)
    assert Version(following(current, kind, day)) > Version(current)


@given(DAYS, st.integers(1, 99), st.integers(0, 400))
def test_a_dated_version_sorts_before_the_one_that_follows_it(
    day: datetime.date, order: int, later: int
) -> None:
    current = f"{day:%Y%m%d}.{order}"
    assert Version(following(current, "date", day + datetime.timedelta(later))) > Version(current)


@pytest.mark.parametrize(
    ("current", "kind", "word"),
    [
        ("20261124.1", "minor", "go on with `date`"),
        ("20261125.1", "date", "clock"),
        ("1.2", "patch", "expected 1.2.3"),
        ("1.2.0.dev1", "patch", "expected 1.2.3"),
    ],
)
def test_a_version_that_nothing_can_follow_is_refused(current: str, kind: str, word: str) -> None:
    with pytest.raises(ReleaseError, match=word):
        following(current, kind, DAY)


def test_a_release_is_a_version_its_news_a_commit_and_a_tag(root: Path) -> None:
    assert release(root, "pg", "minor", DAY) == "cordio-pg-0.2.0"
    home = root / "packages" / "pg"
    assert (home / "pyproject.toml").read_text() == PROJECT.replace("0.1.0", "0.2.0")
    assert "0.2.0 (2026-11-24)\n------------------" in (home / "CHANGELOG.rst").read_text()
    assert "- A pool." in (home / "CHANGELOG.rst").read_text()
    assert [file.name for file in (home / "changes").iterdir()] == [".gitkeep"]
    assert _git(root, "log", "-1", "--format=%s") == "cordio-pg 0.2.0"
    assert _git(root, "cat-file", "-t", "cordio-pg-0.2.0") == "tag"
    assert _git(root, "status", "--porcelain") == ""


def test_two_releases_of_one_day_are_told_apart_by_their_order(root: Path) -> None:
    tags = [release(root, "pg", "date", DAY) for _ in range(2)]
    assert tags == ["cordio-pg-20261124.1", "cordio-pg-20261124.2"]


def test_a_release_with_uncommitted_changes_is_refused_and_nothing_is_touched(root: Path) -> None:
    (root / "note").write_text("mine")
    with pytest.raises(ReleaseError, match="not committed"):
        release(root, "pg", "minor", DAY)
    assert (root / "packages" / "pg" / "pyproject.toml").read_text() == PROJECT


def test_a_part_that_is_not_there_is_refused_with_those_that_are(root: Path) -> None:
    with pytest.raises(ReleaseError, match="no part gp; there are pg"):
        release(root, "gp", "minor", DAY)


def test_a_tag_that_is_taken_is_refused_and_nothing_is_touched(root: Path) -> None:
    _git(root, "tag", "cordio-pg-0.2.0")
    with pytest.raises(ReleaseError, match=r"cordio-pg-0\.2\.0 is there already"):
        release(root, "pg", "minor", DAY)
    assert _git(root, "status", "--porcelain") == ""


def test_a_command_that_fails_is_said_with_its_words(root: Path) -> None:
    (root / "towncrier.toml").write_text("[tool.towncrier]\nfilename = 3\n")
    _git(root, "commit", "-q", "-a", "-m", "broken")
    with pytest.raises(ReleaseError, match="towncrier build.*failed: "):
        release(root, "pg", "minor", DAY)


def test_the_command_ends_with_the_reason() -> None:
    with pytest.raises(SystemExit, match="There is no part nothing"):
        main(["nothing", "patch"])
