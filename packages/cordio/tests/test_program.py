"""The commands of an application, as its users type them."""

import json
import urllib.request
from pathlib import Path

import pytest
from packages.cordio.tests.projects import project, said

APP = """
from dataclasses import dataclass

from cordio import App
from cordio_core import get
from cordio_errors import answer

app = App()


@dataclass
class Parcel:
    sku: str
    amount: int = 1


@app.on(get("/parcels/{sku}"))
async def pack(sku: str, amount: int = 1) -> Parcel:
    return Parcel(sku, amount)


@app.on(get("/lost"))
async def lose() -> None:
    raise KeyError("gone")


app.errors.on(KeyError, answer=answer("not_found"))
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return project(tmp_path, APP)


def test_one_handler_is_called_with_data_and_no_server_is_started(root: Path) -> None:
    shown = said(root, "once", "pack", '{"sku": "A-1", "amount": 3}')
    assert json.loads(shown.splitlines()[-1]) == {"sku": "A-1", "amount": 3}
    assert "http://" not in shown


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("pack", "{"), 64, "no JSON"),
        (("pak", "{}"), 64, "pack"),
        (("pack", '{"amount": "many"}'), 65, "sku"),
        (("lose",), 65, "not_found"),
    ],
)
def test_a_call_that_cannot_go_well_tells_why_and_ends_with_its_code(
    root: Path, arguments: tuple[str, ...], code: int, told: str
) -> None:
    assert told in said(root, "once", *arguments, code=code)


def test_a_setting_goes_before_the_command(root: Path) -> None:
    assert '"sku"' in said(root, "--app-grace", "1s", "once", "pack", '{"sku": "A-1"}')
    (root / "config.toml").write_text("[app]\ngrace = 'soon'\n")
    assert "config.toml:2:9" in said(root, "once", "pack", "{}", code=78)


def test_a_daemon_starts_serves_and_stops(root: Path) -> None:
    pytest.importorskip("daemon")
    settings = ("--http-port", "0", "--app-drain", "0s")
    assert said(root, *settings, "daemon", "status", code=3)
    try:
        said(root, *settings, "daemon", "start")
        logs = "".join(path.read_text() for path in (root / "var" / "log").iterdir())
        address = next(word for word in logs.replace('"', " ").split() if word.startswith("http://"))
        with urllib.request.urlopen(f"{address}/parcels/A-1", timeout=10) as answer:
            assert json.loads(answer.read()) == {"sku": "A-1", "amount": 1}
        assert said(root, *settings, "daemon", "status")
        said(root, *settings, "daemon", "start", code=69)
    finally:
        said(root, *settings, "daemon", "stop")
    assert said(root, *settings, "daemon", "status", code=3)
