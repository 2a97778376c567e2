"""The entrypoint of messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from cordio_amqp._exceptions import AmqpError
from cordio_amqp._settings import AmqpSettings
from cordio_core import EntrypointError

if TYPE_CHECKING:
    from cordio_amqp._intakes import Intakes
    from cordio_amqp._source import Source
    from cordio_core import Plan
    from cordio_core.protocols import Runtime

__all__ = ["AmqpEntrypoint"]


class AmqpEntrypoint:
    """Serves the handlers of ``queue`` and ``topic``.

    Examples
    --------
    >>> AmqpEntrypoint().kind
    'amqp'
    """

    kind = "amqp"
    sections: Mapping[str, type] = MappingProxyType({"amqp": AmqpSettings})
    addresses: Sequence[str] = ()

    def __init__(self) -> None:
        self._sources: list[Source] = []
        self._intakes: Intakes | None = None

    def attach(self, plans: Sequence[Plan], /) -> None:
        """Take plans to run.

        Parameters
        ----------
        plans : sequence of Plan
            Plans of messages.

        Raises
        ------
        StartError
            If some of them cannot be consumed; all are told in one error.
        """
        from cordio_amqp._source import sources

        self._sources += sources(plans)

    async def start(self, runtime: Runtime, /) -> None:
        """Connect, declare what the handlers consume from, and consume.

        A broker that is away is waited for.

        Parameters
        ----------
        runtime : Runtime
            The started application.

        Raises
        ------
        EntrypointError
            If the broker denies access, or a queue or an exchange is not as a handler wants it.
        """
        if not self._sources:
            return
        from cordio_amqp._intakes import Intakes

        settings = runtime.configuration.slice("amqp", AmqpSettings)
        self._intakes = Intakes(self._sources, runtime, settings)
        try:
            await self._intakes.begun()
        except AmqpError as error:
            raise EntrypointError(self.kind, str(error), "see the section amqp and the handler") from error

    async def stop(self, within: float, /) -> None:
        """Let no more messages come, let handlers finish and acknowledge, and close the connection.

        Parameters
        ----------
        within : float
            How long the handlers may take, in seconds; then they are cancelled, and their messages come again.
        """
        intakes, self._intakes = self._intakes, None
        if intakes is not None:
            await intakes.end(within)
