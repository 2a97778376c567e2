"""Where the document is told: by HTTP and by a command."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pytest

from cordio_amqp import AmqpEntrypoint, AmqpSettings, queue
from cordio_amqp.asyncapi import PATH, served
from cordio_core import App, Request, get


def application() -> App:
    app = App("shop", entrypoints=[AmqpEntrypoint()], version="1.2")

    @app.on(queue("orders.new"))
    async def place(number: int) -> None: ...

    return app


def test_the_document_is_served_beside_that_of_http() -> None:
    app = application()
    handler = served(app)
    for _ in range(2):
        answer = asyncio.run(handler(Request(get(PATH))))
        told = json.loads(answer.body or b"")
        assert answer.headers["content-type"] == "application/json"
        assert (told["info"], list(told["channels"])[0]) == (
            {"title": "shop", "version": "1.2"},
            "queue-orders.new",
        )


def test_the_command_prints_the_document_and_no_secret() -> None:
    testing = pytest.importorskip("click.testing")
    from cordio_amqp.asyncapi.command import asyncapi

    settings = AmqpSettings.model_validate({"url": "amqp://me:secret@mq.local/x"})

    def section(name: str, model: type[Any]) -> Any:
        return settings

    project = SimpleNamespace(application=application(), settings=section)
    printed = testing.CliRunner().invoke(asyncapi, ["--server"], obj=project)
    told = json.loads(printed.output)
    assert (printed.exit_code, told["servers"]["rabbitmq"]["host"]) == (0, "mq.local:5672")
    assert "secret" not in printed.output
    bare = testing.CliRunner().invoke(asyncapi, [], obj=project)
    assert "servers" not in json.loads(bare.output)
