"""What settings alone change in an application."""

import asyncio
import json
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from cordio import App, WrongReactions
from cordio._program import program
from cordio_core import get
from cordio_errors import answer, to
from cordio_monitor import Monitor, log


def orders(root: Path, settings: str) -> App:
    (root / "config.yaml").write_text(settings)
    app = App("orders", root=root)

    @app.on(get("/orders"))
    async def read() -> str:
        log.info("looking", iban="DE02")
        raise KeyError("A-1")

    app.errors.on(KeyError, answer=answer("not_found"), commit=to.log("warning"))
    return app


def answered(app: App, path: str = "/orders") -> int:
    async def asked() -> int:
        async with app.running(listening=False):
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
                return (await client.get(path)).status_code

    return asyncio.run(asked())


def test_settings_alone_put_a_file_in_place_of_the_console(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert answered(orders(tmp_path, "log: {console: false, file: main.log}\n")) == 404
    written = [json.loads(line) for line in (tmp_path / "main.log").read_text().splitlines()]
    assert "looking" in [record["message"] for record in written]
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(
    ("settings", "sinks"),
    [
        ("", ["Console"]),
        ("sentry: {dsn: 'http://key@127.0.0.1:9/1'}\n", ["Console", "Sentry"]),
        ("zipkin: {url: 'http://127.0.0.1:9'}\n", ["Console", "Zipkin"]),
        ("statsd: {address: '127.0.0.1:9'}\nlog: {console: false}\n", ["Statsd"]),
        ("log: {table: audit.records, console: false}\npg: {host: 127.0.0.1, port: 9}\n", ["Table"]),
        ("log: {queue: logs, console: false}\namqp: {host: 127.0.0.1, port: 9}\n", ["Queue"]),
    ],
)
def test_each_section_adds_its_destination(tmp_path: Path, settings: str, sinks: list[str]) -> None:
    monitor = orders(tmp_path, settings).running(listening=False).monitor
    assert isinstance(monitor, Monitor)
    assert list(monitor.state().sinks) == sinks


def test_the_section_mask_hides_more_than_the_built_in_rules(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    answered(orders(tmp_path, ""))
    assert "DE02" in capfd.readouterr().out
    answered(orders(tmp_path, "mask: {names: [iban]}\n"))
    assert "DE02" not in capfd.readouterr().out


def test_the_section_errors_changes_a_reaction_without_touching_code(tmp_path: Path) -> None:
    assert answered(orders(tmp_path, "")) == 404
    assert answered(orders(tmp_path, "errors: {rules: {KeyError: {answer: unavailable}}}\n")) == 503


@pytest.mark.parametrize("off", [False, True])
def test_each_call_of_a_service_is_a_span_of_its_own_unless_it_is_switched_off(
    tmp_path: Path, off: bool
) -> None:
    app = orders(tmp_path, "log: {console: false, file: main.log%s}\n" % (", off: [services]" if off else ""))

    @app.service
    class Stock:
        def count(self, sku: str) -> int:
            return 3

    @app.on(get("/stock"))
    async def look(stock: Stock) -> int:
        return stock.count("A-1")

    answered(app, "/stock")
    written = [json.loads(line) for line in (tmp_path / "main.log").read_text().splitlines()]
    spans = [record for record in written if record["kind"] == "span"]
    assert [span["message"].rpartition(".")[2] for span in spans] == ([] if off else ["count"])
    assert all(span["point"] == "services" for span in spans)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            "errors: {rules: {KeyEror: {answer: invalid}}}\n",
            "errors.rules.KeyEror: there is no such exception",
        ),
        ("errors: {rules: {KeyError: {answer: invald}}}\n", "did you mean 'invalid'?"),
        ("errors: {rules: {KeyError: {goto: nowhere}}}\n", "goes to 'nowhere'"),
        ("errors: {ruls: {}}\n", "did you mean errors.rules?"),
        ("log: {table: 'no table'}\n", "'no table'"),
        ("log: {queue: logs}\namqp: {port: many}\n", "amqp.port"),
    ],
)
def test_settings_that_cannot_be_followed_end_the_start_with_78(
    tmp_path: Path, settings: str, said: str
) -> None:
    shown = CliRunner().invoke(program(orders(tmp_path, settings)), ["--http-port", "0"])
    assert shown.exit_code == 78
    assert said in shown.output
    assert "Traceback" not in shown.output


def test_wrong_reactions_tell_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(WrongReactions, match="KeyEror") as caught:
        orders(tmp_path, "errors: {rules: {KeyEror: {answer: invalid}}}\n").running()
    assert "errors.rules.KeyEror" in caught.value.what
