"""The broker, as monitoring sees it: records are published to a queue of it."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self

from cordio_core.protocols import Configuration

if TYPE_CHECKING:
    from cordio._configuring import ProjectFiles
    from cordio_amqp import AmqpSettings

__all__ = ["LogQueue", "log_queue"]


class LogQueue:
    """Publishes records through a connection of its own; it is opened where it is used.

    Parameters
    ----------
    settings : AmqpSettings
        Where the broker is.
    """

    def __init__(self, settings: AmqpSettings) -> None:
        from cordio_amqp import Amqp

        self._amqp = Amqp(settings)  # not followed by the monitor: each record would make another one

    async def __aenter__(self) -> Self:
        await self._amqp.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._amqp.__aexit__(kind, error, trace)

    async def publish(
        self, exchange: str, key: str, message: object, /, *, message_id: str | None = None
    ) -> None:
        """Publish a record, and return when the broker keeps it.

        Parameters
        ----------
        exchange : str
            The exchange; empty for the default one.
        key : str
            The routing key.
        message : object
            The record.
        message_id : str or None
            By which a record that is sent again is known.

        Raises
        ------
        ConnectionError
            If the broker is away, or it is not known whether it has the record: it is to be sent again.
        """
        from cordio_amqp import NotSent, OutcomeUnknown, Unavailable

        try:
            await self._amqp.publish(exchange, key, message, message_id=message_id)
        except (NotSent, OutcomeUnknown, Unavailable) as error:
            raise ConnectionError(str(error)) from error


def log_queue(queue: str, files: ProjectFiles, configuration: Configuration) -> LogQueue | None:
    """Return what the queue of records is written through.

    Parameters
    ----------
    queue : str
        The queue; empty for none.
    files : ProjectFiles
        The project.
    configuration : Configuration
        The values in force.

    Returns
    -------
    LogQueue or None
        Not open yet.
    """
    if not queue:
        return None
    from cordio_amqp import AmqpSettings

    try:
        return LogQueue(configuration.slice("amqp", AmqpSettings))
    except KeyError:  # nothing of the application uses it: files and environment say where it is
        return LogQueue(files.section("amqp", AmqpSettings))
