"""As root the server runs as somebody else, who may not be able to get to our folders."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cordio_pg.embedded import BinariesMissing, Server, _binaries, _state

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only for root")
QUICK = {"fsync": "off"}


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder for servers that live elsewhere."""
    folder = Path(tempfile.mkdtemp(prefix="cordio-pg-state-"))
    monkeypatch.setattr(_state, "ROOT", folder)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def private() -> Iterator[Path]:
    """A folder that only root can enter, as /root is."""
    folder = Path(tempfile.mkdtemp(prefix="cordio-pg-private-"))
    yield folder
    shutil.rmtree(folder)


def test_the_server_is_not_root(data: Path) -> None:
    with Server(data, options=QUICK) as server:
        assert os.stat(f"/proc/{server.pid}").st_uid != 0
        assert os.stat(data / "cluster").st_uid == os.stat(f"/proc/{server.pid}").st_uid
        assert os.stat(data).st_uid == 0


def test_a_server_that_cannot_get_to_its_folder_lives_elsewhere_and_says_so(
    state: Path, private: Path
) -> None:
    for _ in range(2):
        with Server(private / "pg", options=QUICK) as server:
            (home,) = (folder for folder in state.iterdir())
            assert (home / "cluster" / "postmaster.pid").exists()
            assert (private / "pg" / "MOVED.txt").read_text().splitlines()[0] == str(home)
            assert server.running
    assert private.stat().st_mode & 0o777 == 0o700


def test_removing_the_folder_is_removing_the_database(state: Path, private: Path) -> None:
    for _ in range(2):
        with Server(private / "pg", options=QUICK):
            (home,) = state.iterdir()
            assert not (home / "marked").exists()
            (home / "marked").touch()
        shutil.rmtree(private / "pg")


def test_a_database_on_an_absent_disk_is_kept(
    state: Path, private: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/var/tmp")
    with Server(private / "disk" / "pg", options=QUICK):
        pass
    (private / "disk").rename(private / "unplugged")
    with Server(private / "other" / "pg", options=QUICK):
        pass
    assert len(list(state.iterdir())) == 2


def test_a_copied_folder_does_not_share_the_database_of_the_original(state: Path, private: Path) -> None:
    with Server(private / "pg", options=QUICK) as server:
        shutil.copytree(private / "pg", private / "copy")
        with Server(private / "copy", options=QUICK) as other:
            assert other.pid != server.pid


def test_programs_that_the_server_cannot_get_to_are_copied(state: Path, private: Path, data: Path) -> None:
    """The wheel in a virtual environment below /root."""
    installed = list(_binaries._in_the_wheel())
    if not installed:
        raise BinariesMissing(("the wheel",))
    package = installed[0].parent.parent
    for folder in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(folder, private / folder.name, ignore=shutil.ignore_patterns("include"))
    hidden = private / installed[0].relative_to(package.parent)
    for _ in range(2):
        with Server(data, binaries=hidden, options=QUICK) as server:
            assert os.readlink(f"/proc/{server.pid}/exe").startswith(str(state))
    assert len(list((state / "binaries").iterdir())) == 1
