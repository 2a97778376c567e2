"""The command ``parked`` of an application: ``up.py parked list``; it needs click, the extra ``commands``."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import click

from cordio_amqp._exceptions import AmqpError
from cordio_amqp._settings import AmqpSettings
from cordio_amqp._tls import spoken
from cordio_amqp._topology_error import TopologyError
from cordio_amqp.parked._parked import Parked
from cordio_core.tls import TlsError, TlsSettings

if TYPE_CHECKING:
    from cordio_amqp.parked._message import ParkedMessage

__all__ = ["Project", "parked"]

T = TypeVar("T")
M = TypeVar("M")


class Project(Protocol):
    """The application that the command is of."""

    @property
    def application(self) -> Any:
        """The application itself, which is not started."""
        ...

    def settings(self, section: str, model: type[M], /) -> M:
        """Return a section of its configuration."""
        ...


_IDS = click.option("--id", "ids", multiple=True, metavar="ID", help="A message_id; may be repeated.")
_ERROR = click.option("--error", default="*", help="The code of the error: 'out_*'.")
_ALL = click.option("--all", "is_all", is_flag=True, help="All of the queue, if nothing else is said.")


@click.group("parked")
def parked() -> None:
    """Look at messages that could not be handled, bring them back, or drop them."""


@parked.command("list")
@click.argument("queues", nargs=-1, metavar="[QUEUE]...")
@_IDS
@_ERROR
@click.option("--most", default=100, show_default=True, help="How many of a queue are told.")
@click.option("--json", "is_json", is_flag=True, help="A line of JSON for each.")
@click.pass_obj
def listed(
    project: Project, queues: Sequence[str], ids: Sequence[str], error: str, most: int, is_json: bool
) -> None:
    """List what is parked; of all queues of the application unless some are named."""
    box, chosen = _box(project), queues or _queues(project)
    for queue in chosen:
        for message in _run(_found(box, queue, ids, error, most, is_sure=bool(queues))):
            click.echo(json.dumps(_data(message), ensure_ascii=False) if is_json else _line(message))


@parked.command()
@click.argument("queue")
@click.argument("message_id")
@click.pass_obj
def show(project: Project, queue: str, message_id: str) -> None:
    """Show a message with its headers and what is in it."""
    found = _run(_box(project).messages(queue, ids=[message_id]))
    if not found:
        raise click.ClickException(
            f"no message {message_id!r} is parked in {queue!r}: see 'parked list {queue}'"
        )
    for message in found:
        click.echo(json.dumps({**_data(message), **_content(message)}, ensure_ascii=False, indent=2))


@parked.command()
@click.argument("queue")
@_IDS
@_ERROR
@_ALL
@click.pass_obj
def replay(project: Project, queue: str, ids: Sequence[str], error: str, is_all: bool) -> None:
    """Bring messages back to their queue, to be handled as if for the first time."""
    _demand_choice(ids, error, is_all)
    count = _run(_box(project).replay(queue, ids=ids, error=error))
    click.echo(f"{count} brought back to {queue}")


@parked.command()
@click.argument("queue")
@_IDS
@_ERROR
@_ALL
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def drop(project: Project, queue: str, ids: Sequence[str], error: str, is_all: bool, yes: bool) -> None:
    """Drop messages: they are gone."""
    _demand_choice(ids, error, is_all)
    box = _box(project)
    if not yes:
        meant = len(_run(box.messages(queue, ids=ids, error=error)))
        click.confirm(f"Drop {meant} of {queue} for good?", abort=True)
    click.echo(f"{_run(box.drop(queue, ids=ids, error=error))} of {queue} dropped")


async def _found(
    box: Parked, queue: str, ids: Sequence[str], error: str, most: int, *, is_sure: bool
) -> list[ParkedMessage]:
    """Return what is parked; the queue of a handler that has never run is not there yet."""
    try:
        return await box.messages(queue, ids=ids, error=error, most=most)
    except TopologyError:
        if is_sure:
            raise
        return []


def _demand_choice(ids: Sequence[str], error: str, is_all: bool) -> None:
    if not (ids or error != "*" or is_all):
        raise click.UsageError("say which messages: --id, --error, or --all")


def _box(project: Project) -> Parked:
    settings = project.settings("amqp", AmqpSettings)
    try:
        tls = spoken(settings, project.settings("tls", TlsSettings))
    except TlsError as error:
        raise click.ClickException(str(error)) from error
    return Parked(settings, tls=None if tls is None else tls.client)


def _run(work: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(work)
    except AmqpError as error:
        raise click.ClickException(str(error)) from error


def _queues(project: Project) -> list[str]:
    """Return the queues from which the application takes messages."""
    project.application.check()
    sources = project.application.state().data()["sources"]
    found = [each["more"] for each in sources if each["kind"] == "amqp"]
    return [consumer["queue"] for more in found for consumer in more.get("consumers", ())]


def _line(message: ParkedMessage) -> str:
    parts = (message.at, message.queue, message.id or "(no id)", message.error, f"attempts {message.attempts}")
    return "  ".join(map(_plain, (*parts, f"incident {message.incident}") if message.incident else parts))


def _data(message: ParkedMessage) -> dict[str, object]:
    names = ("id", "queue", "error", "incident", "handler", "attempts", "trace", "at", "content_type")
    return {name: getattr(message, name) for name in names}


def _content(message: ParkedMessage) -> dict[str, object]:
    try:
        body: dict[str, object] = {"body": message.body.decode()}
    except UnicodeDecodeError:
        body = {"body_hex": message.body.hex()}
    return {"headers": dict(message.headers), **body}


def _plain(text: str) -> str:
    """Let nothing of a message steer the terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
