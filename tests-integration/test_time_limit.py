"""A handler beyond its limit, judged by the rules of cordio-errors."""

import asyncio

import pytest
from packages.core.tests.doubles import Manual

from cordio_core import App, HandlerTimeout, Response, get
from cordio_di import Container
from cordio_errors import Errors, answer, rule


def asked(rules: list[object]) -> Response:
    source = Manual()
    app = App("orders", container=Container(discover=False), errors=Errors(), entrypoints=[source])

    @app.on(get("/"), within="20ms", errors=rules)
    async def wait() -> None:
        await asyncio.Event().wait()

    async def use() -> Response:
        async with app.running(), asyncio.timeout(20):
            return await source.ask("GET /")

    return asyncio.run(use())


def test_without_a_rule_a_handler_beyond_its_limit_is_unavailable_and_the_record_names_it(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    response = asked([])
    assert response.status == 503
    assert b'"code":"unavailable"' in (response.body or b"").replace(b" ", b"")
    assert f"({__file__}:" in (told := caplog.text + capsys.readouterr().err)
    assert "did not answer 'GET /' within 0.02 s" in told


@pytest.mark.parametrize("kind", [TimeoutError, HandlerTimeout])
def test_a_rule_of_the_handler_answers_for_its_limit(kind: type[Exception]) -> None:
    assert asked([rule(kind, answer=answer("not_found"))]).status == 404
