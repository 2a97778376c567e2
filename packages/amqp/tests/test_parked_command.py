"""The command for parked messages, as the application's command line runs it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, TypeVar, cast

import pytest
from pamqp import commands as spec

from cordio_amqp import AmqpEntrypoint, AmqpSettings, queue
from cordio_amqp._broker import trunk
from cordio_core import App
from cordio_core.tls import TlsSettings

click_testing = pytest.importorskip("click.testing")

if TYPE_CHECKING:
    from click.testing import Result

    from tools.servers import RabbitMQ

M = TypeVar("M")


@dataclass
class Project:
    amqp: AmqpSettings
    application: App = field(default_factory=lambda: App("shop", entrypoints=[AmqpEntrypoint()]))

    def settings(self, section: str, model: type[M], /) -> M:
        known = {("amqp", AmqpSettings): self.amqp, ("tls", TlsSettings): TlsSettings()}
        return cast("M", known[section, model])


def run(project: Project, *arguments: str, **more: str) -> Result:
    from cordio_amqp.parked.command import parked

    result: Result = click_testing.CliRunner().invoke(parked, arguments, obj=project, **more)
    return result


def park(settings: AmqpSettings, name: str, errors: dict[str, str]) -> None:
    """Put messages where the package parks them."""

    async def main() -> None:
        line = await trunk(settings)
        channel = await line.channel(confirms=True)
        for each in (name, f"{name}.parked"):
            await channel.queue_declare(each, durable=True)
        for message_id, error in errors.items():
            about: dict[str, object] = {"x-parked-error": error, "x-parked-at": "2026-07-01", "x-attempt": 5}
            said = spec.Basic.Properties(message_id=message_id, headers=about)  # type: ignore[arg-type]
            await channel.basic_publish(b'"A-1"', routing_key=f"{name}.parked", properties=said)
        await line.close(5.0)

    asyncio.run(main())


def test_the_command_is_announced_to_applications() -> None:
    (found,) = entry_points(group="cordio.commands", name="parked")
    assert set(found.load().commands) == {"list", "show", "replay", "drop"}


def test_parked_messages_are_listed_in_lines_and_as_json(rabbitmq: RabbitMQ, name: str) -> None:
    project = Project(AmqpSettings(port=rabbitmq.port))
    park(project.amqp, name, {"1": "out_of_stock", "2": "no\x1b[31mroute"})
    told = run(project, "list", name)
    assert told.exit_code == 0
    first, second = told.output.splitlines()
    assert first == f"2026-07-01  {name}  1  out_of_stock  attempts 5"
    assert "no?[31mroute" in second, "nothing of a message steers the terminal"
    told = run(project, "list", name, "--json", "--error", "out_*")
    assert [json.loads(line)["id"] for line in told.output.splitlines()] == ["1"]


def test_a_handler_that_has_never_run_has_nothing_parked_and_nothing_is_said_of_it(
    rabbitmq: RabbitMQ, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    project = Project(AmqpSettings(port=rabbitmq.port))

    @project.application.on(queue(name))
    async def place(sku: str) -> None: ...

    told = run(project, "list")
    assert (told.exit_code, told.output, caplog.messages) == (0, "", [])


def test_without_a_queue_those_of_the_application_are_listed(rabbitmq: RabbitMQ, name: str) -> None:
    project = Project(AmqpSettings(port=rabbitmq.port))

    @project.application.on(queue(name), queue(f"{name}.never-run"))
    async def place(sku: str) -> None: ...

    park(project.amqp, name, {"1": "out_of_stock"})
    told = run(project, "list")
    assert (told.exit_code, len(told.output.splitlines())) == (0, 1), told.output


def test_a_message_is_shown_with_its_headers_and_body(rabbitmq: RabbitMQ, name: str) -> None:
    project = Project(AmqpSettings(port=rabbitmq.port))
    park(project.amqp, name, {"1": "out_of_stock"})
    told = json.loads(run(project, "show", name, "1").output)
    assert (told["error"], told["body"], told["headers"]["x-attempt"]) == ("out_of_stock", '"A-1"', "5")
    missing = run(project, "show", name, "2")
    assert missing.exit_code == 1 and f"see 'parked list {name}'" in missing.output


def test_messages_are_brought_back_or_dropped_only_when_it_is_said_which(
    rabbitmq: RabbitMQ, name: str
) -> None:
    project = Project(AmqpSettings(port=rabbitmq.port))
    park(project.amqp, name, {"1": "a", "2": "b", "3": "b"})
    for command in ("replay", "drop"):
        unsaid = run(project, command, name)
        assert unsaid.exit_code == 2 and "--all" in unsaid.output
    assert run(project, "replay", name, "--id", "1").output == f"1 brought back to {name}\n"
    refused = run(project, "drop", name, "--all", input="n\n")
    assert refused.exit_code == 1 and f"Drop 2 of {name} for good?" in refused.output
    assert run(project, "drop", name, "--error", "b", "--yes").output == f"2 of {name} dropped\n"
    assert run(project, "list", name).output == ""


def test_what_is_wrong_with_the_broker_or_the_queue_is_said_in_a_line(rabbitmq: RabbitMQ, name: str) -> None:
    wrong = run(Project(AmqpSettings(port=rabbitmq.port)), "list", name)
    assert wrong.exit_code == 1 and "is not there" in wrong.output and "Traceback" not in wrong.output
    away = run(Project(AmqpSettings(port=1)), "replay", name, "--all")
    assert away.exit_code == 1 and "unavailable" in away.output
