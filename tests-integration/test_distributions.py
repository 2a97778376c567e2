"""The nine distributions: what their wheels say, and that each is of use where nothing else is installed."""

import os
import re
import signal
import subprocess
import sys
import tomllib
import venv
from collections.abc import Iterator
from configparser import ConfigParser
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from docutils.core import publish_string
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from service import Service, project

from tools.build import build
from tools.parts import ROOT, Part, parts

PARTS = parts()
SELF_SUFFICIENT = ("config", "errors")
FRAGMENT = re.compile(r"(\d+|\+[\w-]+)\.(added|changed|fixed|removed)\.rst")

each_part = pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The wheel of every part, built once, by the part's folder."""
    homes = [ROOT / part.home for part in PARTS.values()]
    return dict(zip(PARTS, build(homes, tmp_path_factory.mktemp("wheels")), strict=True))


@each_part
def test_a_wheel_carries_name_version_licence_pythons_and_readme(part: Part, wheels: dict[str, Path]) -> None:
    said = _metadata(wheels[part.folder])
    declared = _declared(part)
    assert (said["Name"], said["Version"]) == (declared["name"], declared["version"])
    assert said["Summary"] == declared["description"]
    assert (said["License-Expression"], said.get_all("License-File")) == ("MIT", ["LICENSE"])
    assert said["Requires-Python"] == declared["requires-python"] == ">=3.11"
    assert said["Description-Content-Type"].startswith("text/x-rst")
    assert f"{said.get_payload()}".strip() == (ROOT / part.home / "README.rst").read_text("utf-8").strip()


@each_part
def test_a_wheel_requires_what_is_declared_and_no_path_or_address(part: Part, wheels: dict[str, Path]) -> None:
    said = {Requirement(line) for line in _metadata(wheels[part.folder]).get_all("Requires-Dist", [])}
    assert said == set(_requirements(part))
    assert not [requirement for requirement in said if requirement.url]
    siblings = {other.name for other in PARTS.values()}
    loose = [requirement for requirement in said if requirement.name in siblings and not requirement.specifier]
    assert not loose, "a sibling needs a range"


# What pytest imports at every start stands beside the package, so that it costs nothing.
PLUGINS = {"core": ("pytest_cordio.py",)}


@each_part
def test_a_wheel_holds_one_typed_package_and_nothing_of_its_tests(part: Part, wheels: dict[str, Path]) -> None:
    package = part.name.replace("-", "_")
    with ZipFile(wheels[part.folder]) as wheel:
        names = wheel.namelist()
        licence = wheel.read(next(name for name in names if name.endswith("licenses/LICENSE")))
    assert f"{package}/py.typed" in names
    tops = {name.partition("/")[0] for name in names}
    assert tops == {package, f"{package}-{part.version}.dist-info", *PLUGINS.get(part.folder, ())}
    tests = re.compile(r"(^|/)(tests?|conftest\.py|test_[^/]*|[^/]*_test\.py)(/|$)|\.pyc$")
    assert not [name for name in names if tests.search(name)]
    assert licence == (ROOT / "LICENSE").read_bytes()


@each_part
def test_a_wheel_announces_the_declared_entry_points(part: Part, wheels: dict[str, Path]) -> None:
    declared = _declared(part)
    groups = dict(declared.get("entry-points", {}))
    if "scripts" in declared:
        groups["console_scripts"] = declared["scripts"]
    assert _entry_points(wheels[part.folder]) == groups


@each_part
def test_every_part_has_the_same_licence_a_readable_readme_and_news(part: Part) -> None:
    home = ROOT / part.home
    assert (home / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    for page in ("README.rst", "CHANGELOG.rst"):
        text = (home / page).read_text("utf-8")
        publish_string(text, writer="null", settings_overrides={"halt_level": 2, "report_level": 2})
    changes = [file.name for file in (home / "changes").iterdir() if not file.name.startswith(".")]
    assert not [name for name in changes if not FRAGMENT.fullmatch(name)]
    assert changes or re.search(
        r"(?m)^[\d.]+ \(\d{4}-\d\d-\d\d\)$", (home / "CHANGELOG.rst").read_text("utf-8")
    )


@each_part
def test_a_part_is_a_folder_whose_name_can_be_imported(part: Part) -> None:
    assert part.folder.isidentifier()
    package = part.name.replace("-", "_")
    assert [home.name for home in (ROOT / part.home / "src").iterdir() if home.is_dir()] == [package]


@pytest.mark.parametrize("folder", SELF_SUFFICIENT)
def test_a_part_installed_alone_runs_the_examples_of_its_readme(
    folder: str, wheels: dict[str, Path], tmp_path: Path
) -> None:
    python = _installed(tmp_path / "venv", str(wheels[folder]))
    assert _cordio_in(python) == {f"cordio-{folder}"}
    readme = ROOT / PARTS[folder].home / "README.rst"
    assert ">>>" in readme.read_text("utf-8")
    flags = ("-o", "ELLIPSIS", "-o", "NORMALIZE_WHITESPACE")
    done = _run(python, "-I", "-W", "error", "-m", "doctest", *flags, str(readme), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_cordio_installed_from_its_wheels_runs_the_demonstration_elsewhere(
    wheels: dict[str, Path], tmp_path: Path
) -> None:
    folder = wheels["cordio"].parent
    python = _installed(tmp_path / "venv", "--find-links", str(folder), "cordio[embedded]")
    assert _cordio_in(python) == {part.name for part in PARTS.values()}
    with project() as root, Service(root, "--http-port", "0", command=(str(python), "up.py")) as service:
        health = service.get("/healthcheck")
        service.tell(signal.SIGTERM)
        assert service.ended() == 0, service.output
    assert (health.status_code, health.json()["status"]) == (200, "up"), health.text
    _run(python.parent / "cordio", "new", "shop", cwd=tmp_path)
    greeted = _run(python, "up.py", "once", "greet", '{"language": "fr"}', cwd=tmp_path / "shop")
    assert '"Bonjour, world!"' in greeted.stdout, greeted.stderr


def test_no_file_names_the_place_where_it_was_written_or_a_registry() -> None:
    # Put together here, so that this file does not name them either.
    forbidden = re.compile(
        "|".join(("/" + "work/", "pypi" + r"\.org", "python" + r"hosted\.org", "file:" + "//" + "/"))
    )
    found = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file in _files()
        for number, line in enumerate(file.read_text("utf-8", "replace").splitlines(), 1)
        if forbidden.search(line)
    ]
    assert not found


def _declared(part: Part) -> dict[str, Any]:
    project_: dict[str, Any] = tomllib.loads((ROOT / part.home / "pyproject.toml").read_text("utf-8"))[
        "project"
    ]
    return project_


def _requirements(part: Part) -> Iterator[Requirement]:
    yield from map(Requirement, part.dependencies)
    for extra, lines in part.extras.items():
        yield from (Requirement(f'{line} ; extra == "{extra}"') for line in lines)


def _metadata(wheel: Path) -> Message:
    return HeaderParser().parsestr(_dist_info(wheel, "METADATA"))


def _entry_points(wheel: Path) -> dict[str, dict[str, str]]:
    parser = ConfigParser(delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their case
    parser.read_string(_dist_info(wheel, "entry_points.txt"))
    return {group: dict(parser[group]) for group in parser.sections()}


def _dist_info(wheel: Path, name: str) -> str:
    with ZipFile(wheel) as archive:
        found = [path for path in archive.namelist() if path.endswith(f".dist-info/{name}")]
        return archive.read(found[0]).decode("utf-8") if found else ""


def _installed(folder: Path, *what: str) -> Path:
    """Install into an empty environment, with its own dependencies from the index as they are pinned here."""
    venv.create(folder, with_pip=False, symlinks=True)
    pip = (sys.executable, "-m", "pip", "--python", str(folder), "install", "--quiet", "--no-compile")
    done = _run(*pip, "--disable-pip-version-check", "-c", str(ROOT / "requirements.txt"), *what, cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "bin" / "python"


def _cordio_in(python: Path) -> set[str]:
    code = "import importlib.metadata as m; print(*(d.name for d in m.distributions()))"
    names = _run(python, "-I", "-c", code, cwd=python.parent).stdout.split()
    return {canonicalize_name(name) for name in names if name.startswith("cordio")}


def _run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COVERAGE"))}
    return subprocess.run(command, cwd=cwd, env=kept, capture_output=True, text=True, stdin=subprocess.DEVNULL)


def _files() -> list[Path]:
    listed = _run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    assert listed.returncode == 0, listed.stderr
    return [file for name in listed.stdout.split("\0") if name and (file := ROOT / name).is_file()]
