"""What the user of the meta-package sees."""

import asyncio
import sys
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from cordio import App, versions
from cordio._find import find
from cordio._up import command
from cordio.command import main

APP = """
from cordio import App
from cordio_core import get
from cordio_errors import answer, to

app = App()


@app.service
class Book:
    def __init__(self) -> None:
        self.greetings = {"en": "Hello"}


@app.on(get("/greetings/{language}"))
async def greet(language: str, book: Book) -> str:
    return book.greetings[language]


facts = [to.log("warning"), to.metric("unknown"), to.exceptions()]
app.errors.on(KeyError, answer=answer("not_found"), commit=facts)
"""


@pytest.fixture
def greeter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """Lay out a project whose source folder has a name of its own: a process imports a module only once."""
    root = tmp_path / f"greeter_{abs(hash(request.node.name))}"
    (root / root.name).mkdir(parents=True)
    (root / root.name / "app.py").write_text(APP)
    (root / "up.py").write_text("from cordio import up\n\nup()\n")
    monkeypatch.chdir(root)
    monkeypatch.setattr("sys.path", list(sys.path))
    return root


async def asked(app: App, *paths: str) -> list[httpx.Response]:
    async with app.running(listening=False):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            return [await client.get(path) for path in paths]


def test_a_folder_with_an_application_serves_handlers_services_rules_and_health(
    greeter: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    app = find(greeter)
    assert isinstance(app, App)
    known, unknown, health = asyncio.run(asked(app, "/greetings/en", "/greetings/xx", "/healthcheck"))
    assert (known.status_code, known.json()) == (200, "Hello")
    assert (unknown.status_code, unknown.headers["content-type"]) == (404, "application/problem+json")
    assert health.json()["status"] == "up"
    out, err = capfd.readouterr()
    assert "GET /greetings/{language}" in out
    assert "KeyError" in err


def test_the_command_line_has_the_options_of_what_is_used_and_of_nothing_else(greeter: Path) -> None:
    shown = CliRunner().invoke(command(find(greeter)), ["--help"])
    assert shown.exit_code == 0
    assert "--http-port" in shown.output
    assert "--pg-" not in shown.output


def test_a_wrong_setting_ends_with_78_and_a_wrong_command_line_with_2(greeter: Path) -> None:
    (greeter / "config.toml").write_text("[http]\nport = 'abc'\n")
    app = command(find(greeter))
    wrong = CliRunner().invoke(app, [])
    assert wrong.exit_code == 78
    assert "config.toml:2:8" in wrong.output
    assert CliRunner().invoke(app, ["--no-such-option"]).exit_code == 2


def test_the_command_cordio_prints_the_version_of_every_part() -> None:
    shown = CliRunner().invoke(main, ["versions"])
    assert shown.exit_code == 0
    assert {line.split()[0] for line in shown.output.splitlines()} == set(versions())
    assert {"cordio", "cordio-core", "cordio-pg", "python"} < set(versions())
    assert "missing" not in shown.output


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "write home/app.py with app = App()"),
        ({"home/app.py": "x = 1\n"}, "holds no application: let it hold exactly one"),
    ],
)
def test_a_folder_without_an_application_gets_a_clear_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], said: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    shown = CliRunner().invoke(main, ["run", str(tmp_path)])
    assert shown.exit_code == 70
    assert said in shown.output


def test_the_name_is_the_root_folders_and_the_prefix_its_capitals(tmp_path: Path) -> None:
    app = App(root=tmp_path / "my-orders")
    assert app.name == "my-orders"
    app.check()
    assert "http" in app.sections
