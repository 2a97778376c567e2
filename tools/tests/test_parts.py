"""The parts, and the environments that ``tox.ini`` makes for each of them."""

import re
from configparser import ConfigParser

import pytest

from tools import matrix
from tools.parts import ROOT, closure, parts

PARTS = parts()
EDITABLE = re.compile(r"(?:(?P<factors>[\w,]+): )?-e packages/(?P<folder>\w+)(?:\[(?P<extras>[\w,]+)\])?")


@pytest.fixture
def tox() -> ConfigParser:
    read = ConfigParser(interpolation=None)
    read.read(ROOT / "tox.ini", encoding="utf-8")
    return read


def _installed(tox: ConfigParser, folder: str) -> set[str]:
    found = map(EDITABLE.fullmatch, tox["testenv"]["deps"].strip().splitlines())
    return {
        line["folder"]
        for line in found
        if line and (not line["factors"] or folder in line["factors"].split(","))
    }


@pytest.mark.parametrize("folder", PARTS)
def test_tox_installs_a_part_with_the_siblings_that_it_needs_and_no_other(
    tox: ConfigParser, folder: str
) -> None:
    assert _installed(tox, folder) == closure(folder, PARTS)


@pytest.mark.parametrize("folder", PARTS)
def test_tox_runs_the_tests_of_the_part_that_it_installs(tox: ConfigParser, folder: str) -> None:
    assert f"{folder}: TESTS = packages/{folder}" in tox["testenv"]["set_env"].strip().splitlines()


def test_tox_has_an_environment_for_every_part_on_every_python(tox: ConfigParser) -> None:
    listed = re.fullmatch(r"\{(.*)\}-py\{(.*)\}, wheels", tox["tox"]["env_list"])
    assert listed
    assert listed[1].split(",") == list(PARTS)
    assert [f"py{python}" for python in listed[2].split(",")] == list(matrix.PYTHONS)


def test_the_parts_declare_the_pythons_that_tox_tries() -> None:
    for part in PARTS.values():
        text = (ROOT / part.home / "pyproject.toml").read_text("utf-8")
        assert re.findall(r"Python :: (3\.\d+)", text) == ["3.11", "3.12", "3.13"], part.folder


def test_the_root_names_every_part_as_an_editable_path() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    for part in PARTS.values():
        assert f'{part.name} = {{ path = "{part.home}", develop = true' in text


def test_the_root_has_the_folders_and_files_of_the_plan() -> None:
    folders = ("packages", "tools", "docs", "tests-integration")
    files = ("pyproject.toml", "poetry.toml", "tox.ini", ".pre-commit-config.yaml", "README.rst", "LICENSE")
    assert not [name for name in folders if not (ROOT / name).is_dir()]
    assert not [name for name in files if not (ROOT / name).is_file()]


def test_the_development_version_has_its_name_and_builds_into_its_folder() -> None:
    assert '\nname = "cordiator"\n' in (ROOT / "pyproject.toml").read_text("utf-8")
    assert "build/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()
