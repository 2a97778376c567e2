"""Which build runs: by what its code says, the environment, what is installed, and the checkout."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from cordio_core.state import Build, versions
from cordio_core.state._dirty import is_dirty
from cordio_core.state._git import checkout

Git = Callable[..., str]
_HASH = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what a CI says of its own build."""
    for name in list(os.environ):
        if name.startswith(("GIT_", "CI_", "GITHUB_", "BUILD_", "SOURCE_")) or name.endswith("_VERSION"):
            monkeypatch.delenv(name)


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """A real git, in a repository with one commit of two files."""
    found = shutil.which("git")
    if found is None:
        pytest.skip("git is not installed")
    top = tmp_path / "top"
    (top / "home").mkdir(parents=True)
    (top / "home" / "app.py").write_text("app = 1\n")
    (top / "run.sh").write_text("exit\n")
    config = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(tmp_path)}
    names = {f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}

    def run(*arguments: str, at: Path = top) -> str:
        environ = {"PATH": os.environ["PATH"], **config, **names}
        done = subprocess.run([found, *arguments], cwd=at, env=environ, capture_output=True, check=True)
        return done.stdout.decode().strip()

    run("init", "-q", "-b", "main")
    run("add", ".")
    run("commit", "-q", "-m", "first")
    return run


def _told(top: Path) -> tuple[str, bool | None]:
    found = versions("no such service", root=top).service
    return found.commit, found.dirty


def test_the_commit_is_read_as_git_reads_it(git: Git, tmp_path: Path) -> None:
    top = tmp_path / "top"
    assert _told(top / "home") == (git("rev-parse", "HEAD"), False)
    git("pack-refs", "--all")
    assert _told(top) == (git("rev-parse", "HEAD"), False)
    git("checkout", "-q", "--detach")
    assert _told(top) == (git("rev-parse", "HEAD"), False)
    git("worktree", "add", "-q", str(tmp_path / "other"), "-b", "other")
    git("commit", "-q", "--allow-empty", "-m", "second", at=tmp_path / "other")
    other = git("rev-parse", "HEAD", at=tmp_path / "other")
    assert _told(tmp_path / "other") == (other, False)
    assert other != git("rev-parse", "HEAD")


def _edit(top: Path, git: Git) -> None:
    (top / "home" / "app.py").write_text("app = 2\n")


def _same_size_and_time(top: Path, git: Git) -> None:
    file = top / "home" / "app.py"
    before = file.stat()
    file.write_text("app = 2\n")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + 10**9))


def _delete(top: Path, git: Git) -> None:
    (top / "run.sh").unlink()


def _into_a_folder(top: Path, git: Git) -> None:
    (top / "run.sh").unlink()
    (top / "run.sh").mkdir()


def _allow(top: Path, git: Git) -> None:
    (top / "run.sh").chmod(0o755)


def _touch(top: Path, git: Git) -> None:
    os.utime(top / "run.sh", (1, 1))


def _untracked(top: Path, git: Git) -> None:
    (top / "new.txt").write_text("new")


def _commit(top: Path, git: Git) -> None:
    _edit(top, git)
    git("commit", "-q", "-a", "-m", "second")


def _link(top: Path, git: Git) -> None:
    (top / "link").symlink_to("run.sh")
    git("add", ".")
    git("commit", "-q", "-m", "link")
    os.utime(top / "link", (1, 1), follow_symlinks=False)


@pytest.mark.parametrize(
    "change",
    [_edit, _same_size_and_time, _delete, _into_a_folder, _allow, _touch, _untracked, _commit, _link],
)
def test_dirty_is_what_git_calls_dirty(git: Git, tmp_path: Path, change: Callable[[Path, Git], None]) -> None:
    top = tmp_path / "top"
    change(top, git)
    found = _told(top)
    assert found == (git("rev-parse", "HEAD"), git("describe", "--always", "--dirty").endswith("-dirty"))


def test_a_checkout_with_longer_hashes_says_its_commit_alone(git: Git, tmp_path: Path) -> None:
    top = tmp_path / "long"
    top.mkdir()
    git("init", "-q", "--object-format=sha256", at=top)
    (top / "a").write_text("a")
    git("add", ".", at=top)
    git("commit", "-q", "-m", "first", at=top)
    assert _told(top) == (git("rev-parse", "HEAD", at=top), None)


def test_a_split_index_is_not_taken_for_the_whole(git: Git, tmp_path: Path) -> None:
    git("update-index", "--split-index")
    assert _told(tmp_path / "top")[1] is None


def test_what_is_staged_is_never_called_clean(git: Git, tmp_path: Path) -> None:
    (tmp_path / "top" / "new.txt").write_text("new")
    git("add", ".")
    assert _told(tmp_path / "top")[1] is None


def test_what_cannot_be_told_without_git_is_not_told(git: Git, tmp_path: Path) -> None:
    top = tmp_path / "top"
    (top / ".gitattributes").write_text("*.py text eol=lf\n")
    _edit(top, git)
    assert _told(top)[1] is None
    index = top / ".git" / "index"
    whole = index.read_bytes()
    for broken in (b"", b"DIRC", whole[:40], whole[:100], b"X" * 200, whole[:4] + b"\0\0\0\7" + whole[8:]):
        index.write_bytes(broken)
        assert _told(top)[1] is None
    index.unlink()
    assert _told(top)[1] is None


@pytest.mark.parametrize(
    "head", [b"", b"\xff\xfe", b"ref: refs/heads/none\n", b"ref: refs/../../secret\n", b"zzzz\n", b"ref: x\n"]
)
def test_a_broken_checkout_says_nothing_and_fails_nothing(tmp_path: Path, head: bytes) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_bytes(head)
    (tmp_path / ".git" / "refs").mkdir()
    (tmp_path / "secret").write_text(_HASH)
    assert versions("orders", root=tmp_path).service == Build()


def test_references_in_a_circle_say_nothing(tmp_path: Path) -> None:
    (tmp_path / ".git" / "refs" / "heads").mkdir(parents=True)
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/a\n")
    (tmp_path / ".git" / "refs" / "heads" / "a").write_text("ref: refs/heads/a\n")
    assert checkout(tmp_path) is None


def test_a_file_that_names_no_folder_is_no_checkout(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / ".git").write_text("gitdir: nowhere\n")
    assert checkout(tmp_path / "a" / "b") is None


def test_what_the_code_says_comes_before_the_environment_and_that_before_the_rest(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert versions("cordio-core", root=tmp_path).service.version.startswith("0")
    monkeypatch.setenv("APP_VERSION", "2.0.0")
    assert versions("cordio-core", root=tmp_path).service.version == "2.0.0"
    monkeypatch.setenv("SERVICE_VERSION", "3.0.0")
    assert versions("cordio-core", root=tmp_path).service.version == "3.0.0"
    assert versions("cordio-core", "4.0.0+g0123abc", tmp_path).service == Build(
        "4.0.0+g0123abc", "", "0123abc"
    )


@pytest.mark.parametrize("name", ["GIT_COMMIT", "GIT_SHA", "CI_COMMIT_SHA", "GITHUB_SHA", "SOURCE_VERSION"])
def test_the_commit_of_the_build_is_what_its_environment_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.setenv(name, _HASH.upper())
    assert versions("orders", root=tmp_path).service.commit == _HASH
    monkeypatch.setenv(name, "no hash")
    assert versions("orders", root=tmp_path).service.commit == ""


@pytest.mark.parametrize(
    ("name", "said", "date"),
    [
        ("SOURCE_DATE_EPOCH", "0", "1970-01-01T00:00:00+00:00"),
        ("SOURCE_DATE_EPOCH", "9" * 30, ""),
        ("BUILD_DATE", "2026-11-24", "2026-11-24"),
        ("BUILD_DATE", "x" * 500, "x" * 200),
        ("BUILD_DATE", " ", ""),
    ],
)
def test_the_date_of_the_build_is_what_its_environment_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, said: str, date: str
) -> None:
    monkeypatch.setenv(name, said)
    assert versions("orders", root=tmp_path).service.date == date


def test_every_installed_distribution_of_ours_is_listed_and_no_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("cordio_redis-1.2.dist-info", "cordiox-9.dist-info", "cordio_broken-1.dist-info"):
        (tmp_path / name).mkdir()
    (tmp_path / "cordio_redis-1.2.dist-info" / "METADATA").write_text("Name: cordio_redis\nVersion: 1.2\n")
    (tmp_path / "cordiox-9.dist-info" / "METADATA").write_text("Name: cordiox\nVersion: 9\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = versions("orders", root=tmp_path).distributions
    assert found["cordio-redis"] == "1.2"
    assert "cordio-core" in found and "cordiox" not in found and "cordio-broken" not in found


def test_an_unknown_service_in_no_checkout_has_a_build_of_which_nothing_is_known(tmp_path: Path) -> None:
    assert versions("", root=tmp_path).service == Build()
    assert versions("orders", root=tmp_path / "missing").service == Build()


def test_a_large_checkout_is_not_looked_through(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "index").write_bytes(b"DIRC\0\0\0\2\0\xff\xff\xff" + bytes(1000))
    assert is_dirty(tmp_path, tmp_path / ".git") is None
