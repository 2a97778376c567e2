"""What the user of the meta-package sees."""

import asyncio
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from packages.cordio.tests.projects import project

from cordio import App
from cordio._find import find
from cordio._program import program

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
def greeter(tmp_path: Path) -> Path:
    return project(tmp_path, APP)


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
    assert f'"trace_id": "{unknown.json()["trace_id"]}"' in (written := capfd.readouterr()).out
    assert health.json()["status"] == "up"
    assert "GET /greetings/{language}" in written.out
    assert "KeyError" in written.err


def test_the_command_line_has_the_options_of_what_is_used_and_of_nothing_else(greeter: Path) -> None:
    shown = CliRunner().invoke(program(find(greeter)), ["--help"])
    assert shown.exit_code == 0
    assert "--http-port" in shown.output
    assert "--pg-" not in shown.output


def test_a_wrong_setting_ends_with_78_and_a_wrong_command_line_with_2(greeter: Path) -> None:
    (greeter / "config.toml").write_text("[http]\nport = 'abc'\n")
    app = program(find(greeter))
    wrong = CliRunner().invoke(app, [])
    assert wrong.exit_code == 78
    assert "config.toml:2:8" in wrong.output
    assert CliRunner().invoke(app, ["--no-such-option"]).exit_code == 2
