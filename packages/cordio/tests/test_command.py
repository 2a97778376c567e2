"""The command ``cordio``, and how an application is found and run."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from packages.cordio.tests.projects import UP, project

from cordio import App, CordioError, NoApplication, up, versions
from cordio._configuring import ProjectFiles
from cordio._find import find
from cordio._root import root_of
from cordio.command import main

SERVED = """
import os
import signal
from pathlib import Path

from cordio import App

app = App()


@app.main
async def told() -> None:
    Path("here").touch()
    os.kill(os.getpid(), signal.SIGTERM)
"""


def test_the_command_runs_a_folder_from_its_root_until_a_signal(tmp_path: Path) -> None:
    root = project(tmp_path, SERVED)
    shown = CliRunner().invoke(main, ["run", str(root), "--http-port", "0"])
    assert shown.exit_code == 0, shown.output
    assert (root / "here").exists()


def test_the_command_shows_its_own_help_and_the_applications(tmp_path: Path) -> None:
    own = CliRunner().invoke(main, ["run", "--help"])
    assert (own.exit_code, "Run the application that stands in the folder ROOT" in own.output) == (0, True)
    root = project(tmp_path, "from cordio import App\n\napp = App()\n")
    theirs = CliRunner().invoke(main, ["run", str(root), "--help"])
    assert theirs.exit_code == 0
    assert "--http-port" in theirs.output
    assert f"Usage: cordio run {root} " in theirs.output


def test_the_command_prints_the_version_of_every_part() -> None:
    shown = CliRunner().invoke(main, ["versions"])
    assert shown.exit_code == 0
    assert {line.split()[0] for line in shown.output.splitlines()} == set(versions())
    assert {"cordio", "cordio-core", "cordio-pg", "python"} < set(versions())
    assert "missing" not in shown.output


def test_a_part_that_is_not_installed_is_shown_as_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cordio._versions.requires", lambda name: ["click>=8.1", "cordio-none>=0.1,<0.2"])
    assert versions()["cordio-none"] == "missing"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (None, "write home/app.py with app = App()"),
        ("x = 1\n", "holds no application: let it hold exactly one"),
        ("from cordio import App\n\na, b = App(), App()\n", "holds 2 applications: let it hold exactly one"),
    ],
)
def test_a_folder_without_an_application_gets_a_clear_word(
    tmp_path: Path, source: str | None, said: str
) -> None:
    root = tmp_path if source is None else project(tmp_path, source)
    shown = CliRunner().invoke(main, ["run", str(root)])
    assert shown.exit_code == 70
    assert said in shown.output


TWICE = """
from cordio import App

app = App()
app.main(print)
app.main(print)
"""


@pytest.mark.parametrize(
    ("source", "code", "said", "traceback"),
    [
        (
            TWICE,
            70,
            "has two root components, print and print: put one into the other, or make it a task "
            "(@app.task)\nat {file}:6\n",
            False,
        ),
        ("1 / 0\n", 70, 'File "{file}", line 1', True),
        ("import no_such_module\n", 70, "ModuleNotFoundError: No module named 'no_such_module'", True),
        (
            "class Wrong(Exception):\n    exit_code = 78\n\nraise Wrong('no key')",
            78,
            "no key\nat {file}:4",
            False,
        ),
    ],
)
def test_what_a_module_raises_at_its_import_is_told_with_its_place(
    tmp_path: Path, source: str, code: int, said: str, traceback: bool
) -> None:
    root = project(tmp_path, source)
    shown = CliRunner().invoke(main, ["run", str(root)])
    assert shown.exit_code == code
    assert said.format(file=root / root.name / "app.py") in shown.output
    assert ("Traceback" in shown.output) is traceback


def test_another_package_of_the_name_of_the_source_folder_is_told(tmp_path: Path) -> None:
    root = project(tmp_path, "from cordio import App\n\napp = App()\n")
    other = tmp_path / "other" / root.name
    other.mkdir(parents=True)
    (other / "__init__.py").touch()
    sys.path.append(str(other.parent))
    with pytest.raises(NoApplication, match=f"{root.name}.app is not {root}.* to Python, but nothing: give"):
        find(root)
    (other / "app.py").write_text("")
    with pytest.raises(NoApplication, match=f"to Python, but {other}/app.py"):
        find(root)


def test_a_source_folder_with_a_dot_in_its_name_is_told(tmp_path: Path) -> None:
    root = project(tmp_path, "", name="orders.v2")
    with pytest.raises(CordioError, match="give the folder of app.py a name .* without dots"):
        find(root)


def link(tmp_path: Path, root: Path) -> Path:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "orders.py").symlink_to(root / "up.py")
    return tmp_path / "bin" / "orders.py"


def moved(tmp_path: Path, root: Path) -> Path:
    (tmp_path / "shared").mkdir()
    (root / "up.py").rename(tmp_path / "shared" / "up.py")
    (root / "up.py").symlink_to(tmp_path / "shared" / "up.py")
    return root / "up.py"


@pytest.mark.parametrize("started", [link, moved, lambda tmp_path, root: root / "up.py"])
def test_up_finds_the_folder_that_it_stands_in_through_a_link_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: Callable[[Path, Path], Path]
) -> None:
    root = project(tmp_path, SERVED)
    file = started(tmp_path, root)
    monkeypatch.setattr("sys.argv", [str(file), "--http-port", "0"])
    with pytest.raises(SystemExit) as ended:
        exec(UP, {"__name__": "__main__", "__file__": str(file)})
    assert ended.value.code == 0
    assert (root / "here").exists()


def test_up_does_nothing_where_it_is_not_the_program() -> None:
    exec(UP, {"__name__": "up", "__file__": "/no/such/up.py"})
    exec(UP, {"__name__": "__main__"})
    up()


@pytest.mark.parametrize(
    ("root", "name", "prefix"),
    [
        ("/srv/my-orders", "my-orders", "MY_ORDERS"),
        ("/srv/orders.v2", "orders.v2", "ORDERS_V2"),
        ("/srv/bücher 2", "bücher 2", "B_CHER_2"),
        ("/srv/2nd", "2nd", "_2ND"),
        ("/", "app", "APP"),
    ],
)
def test_the_name_is_the_root_folders_and_the_prefix_one_that_a_shell_takes(
    root: str, name: str, prefix: str
) -> None:
    app = App(root=Path(root))
    assert app.name == name
    assert ProjectFiles(app.name, app.root).prefix == prefix
    assert set(app.sections) == {"app", "errors", "http", "log", "mask", "sentry", "statsd", "tls", "zipkin"}


def test_the_script_of_a_project_runs_its_application_in_its_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = project(tmp_path, SERVED)
    monkeypatch.setattr(sys, "argv", ["orders", "--http-port", "0"])
    with pytest.raises(SystemExit) as ended:
        find(root).command()
    assert ended.value.code == 0
    assert (root / "here").exists()


def test_an_installed_application_stands_in_the_working_directory(tmp_path: Path) -> None:
    installed = Path("/srv/var/venv/lib/python3.11/site-packages/home/app.py")
    assert root_of(installed) == tmp_path
