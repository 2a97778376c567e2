"""Commands that installed packages announce are commands of each application."""

from pathlib import Path

import pytest
from packages.cordio.tests.projects import project
from packages.cordio.tests.projects import said as said_by

APP = "from cordio import App\n\napp = App()\n"
COMMANDS = """
import click

print("imported")


@click.command()
@click.pass_obj
def greet(project):
    "Say hello."
    click.echo(f"hello from {project.root.name} of {project.application.name}")


@click.command()
def fail():
    class Wrong(Exception):
        exit_code = 75

    raise Wrong("it is closed: come back tomorrow")


@click.command()
def stumble():
    raise KeyError("gone")


nothing = 7
"""
ANNOUNCED = """[cordio.commands]
greet = announced:greet
fail = announced:fail
stumble = announced:stumble
nothing = announced:nothing
lost = not_there:lost
"""


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder with a distribution that announces commands."""
    folder = tmp_path / "site"
    (folder / "announced-1.0.dist-info").mkdir(parents=True)
    (folder / "announced.py").write_text(COMMANDS)
    (folder / "announced-1.0.dist-info" / "METADATA").write_text("Name: announced\nVersion: 1.0\n")
    (folder / "announced-1.0.dist-info" / "entry_points.txt").write_text(ANNOUNCED)
    return folder


def said(root: Path, installed: Path, *arguments: str, code: int = 0) -> str:
    return said_by(root, *arguments, code=code, PYTHONPATH=str(installed))


def test_an_announced_command_knows_its_project(tmp_path: Path, installed: Path) -> None:
    root = project(tmp_path, APP)
    assert said(root, installed, "greet") == f"imported\nhello from {root.name} of {root.name}\n"


def test_a_command_is_imported_only_where_it_is_asked_for(tmp_path: Path, installed: Path) -> None:
    assert "imported" not in said(project(tmp_path, APP), installed, "once", "--help")


def test_what_cannot_be_imported_leaves_the_others_and_says_why(tmp_path: Path, installed: Path) -> None:
    root = project(tmp_path, APP)
    shown = said(root, installed, "--help")
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert "greet Say hello." in lines and "lost (cannot be had)" in lines
    told = said(root, installed, "lost", code=1)
    assert "'lost', announced as not_there:lost of announced, cannot be imported" in told
    assert "is no command of Click, but 7" in said(root, installed, "nothing", code=1)


def test_what_a_command_fails_with_is_told_and_ends_with_its_code(tmp_path: Path, installed: Path) -> None:
    root = project(tmp_path, APP)
    told = said(root, installed, "fail", code=75)
    assert "it is closed: come back tomorrow" in told and "Traceback" not in told
    assert "KeyError: 'gone'" in said(root, installed, "stumble", code=70)


def test_an_unknown_command_is_a_wrong_command_line(tmp_path: Path, installed: Path) -> None:
    assert "No such command 'gret'" in said(project(tmp_path, APP), installed, "gret", code=2)
