"""The command ``asyncapi`` of an application, ``python up.py asyncapi``: needs the extra ``commands``."""

from __future__ import annotations

import json
from typing import Any, Protocol, TypeVar

import click

from cordio_amqp._settings import AmqpSettings

__all__ = ["Project", "asyncapi"]

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


@click.command("asyncapi")
@click.option("--server", "with_server", is_flag=True, help="Name the broker too.")
@click.pass_obj
def asyncapi(project: Project, with_server: bool) -> None:
    """Print which messages the application takes and sends, as an AsyncAPI 3 document."""
    app = project.application
    where = project.settings("amqp", AmqpSettings).where if with_server else ""
    made = app.source("amqp").document(app.name, app.versions.service.version, where)
    click.echo(json.dumps(made, indent=2, ensure_ascii=False))
