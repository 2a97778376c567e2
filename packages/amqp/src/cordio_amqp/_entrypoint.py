"""The entrypoint of messages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from cordio_amqp._broker import announce
from cordio_amqp._exceptions import AmqpError
from cordio_amqp._settings import AmqpSettings
from cordio_amqp._tls import spoken
from cordio_core import EntrypointError
from cordio_core.tls import TlsSettings

if TYPE_CHECKING:
    from cordio_amqp._codecs import Codec
    from cordio_amqp._intakes import Intakes
    from cordio_amqp._source import Source
    from cordio_amqp.asyncapi import Sent
    from cordio_core import Equipment, Plan
    from cordio_core.protocols import Converter, Runtime
    from cordio_core.tls import Tls

__all__ = ["AmqpEntrypoint"]


class AmqpEntrypoint:
    """Serves the handlers of ``queue``, ``topic`` and ``rpc``.

    Parameters
    ----------
    sends : sequence of Sent
        What the application publishes, for its AsyncAPI document.
    codecs : sequence of Codec
        What reads content types beside JSON and text; those that packages announce are there anyway.

    Examples
    --------
    >>> AmqpEntrypoint().kind
    'amqp'
    """

    kind = "amqp"
    sections: Mapping[str, type] = MappingProxyType({"amqp": AmqpSettings, "tls": TlsSettings})
    addresses: Sequence[str] = ()

    def __init__(self, *, sends: Sequence[Sent] = (), codecs: Sequence[Codec] = ()) -> None:
        self._sends, self._codecs = tuple(sends), tuple(codecs)
        self._sources: list[Source] = []
        self._intakes: Intakes | None = None
        self._tls: Tls | None = None
        self._service = ""
        self._converters: Sequence[Converter] | None = None

    def equip(self, equipment: Equipment, /) -> None:
        """Take the name of the application and what makes values of plain data.

        Parameters
        ----------
        equipment : Equipment
            What the application is made of.
        """
        self._service, self._converters = equipment.name, equipment.converters

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

        self._sources += sources(plans, self._converters, self._service)

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
        announce(settings)
        self._tls = spoken(settings, runtime.configuration.slice("tls", TlsSettings))
        context = None if self._tls is None else (await self._tls.__aenter__()).client
        self._intakes = Intakes(self._sources, runtime, settings, self._codecs, context)
        try:
            await self._intakes.begun()
        except AmqpError as error:
            raise EntrypointError(self.kind, str(error), "see the section amqp and the handler") from error

    @property
    def checks(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """What tells of its own health, by name: ``tls``, where the broker is spoken to by TLS.

        Returns
        -------
        mapping of str to callable
            Each raises if something is wrong.
        """
        return {} if self._tls is None else {"tls": self._tls.health}

    def document(self, name: str, version: str = "", where: str = "") -> dict[str, Any]:
        """Write what is consumed, answered and sent, as AsyncAPI 3.0.0 has it.

        Parameters
        ----------
        name : str
            The application.
        version : str
            Its version.
        where : str
            The broker as ``host:port``; empty to leave that out.

        Returns
        -------
        dict of str to object
            The document.
        """
        from cordio_amqp.asyncapi import document

        return document(name, version, self._sources, self._sends, where)

    def state(self) -> Mapping[str, object]:
        """Tell how each consumer is: a list of `ConsumerState` as ``consumers``.

        Returns
        -------
        Mapping of str to object
            Before the start and after the end the names of the queues alone.
        """
        if self._intakes is not None:
            return {"consumers": self._intakes.states()}
        return {"consumers": [{"queue": each.name(self._service)} for each in self._sources]}

    async def pause(self, queue: str, /) -> None:
        """Let no more messages of a queue come; those that have come are handled.

        Parameters
        ----------
        queue : str
            The queue.

        Raises
        ------
        AmqpError
            If nothing here consumes it.
        """
        await self._running().consumer(queue).pause()

    async def resume(self, queue: str, /) -> None:
        """Let messages of a queue come again.

        Parameters
        ----------
        queue : str
            The queue.

        Raises
        ------
        AmqpError
            If nothing here consumes it.
        """
        await self._running().consumer(queue).resume()

    def _running(self) -> Intakes:
        if self._intakes is None:
            raise AmqpError("nothing is consumed at present: the application is not up")
        return self._intakes

    async def stop(self, within: float, /) -> None:
        """Let no more messages come, let handlers finish and acknowledge, and close the connection.

        Parameters
        ----------
        within : float
            How long the handlers may take, in seconds; then they are cancelled, and their messages come again.
        """
        tls, self._tls = self._tls, None
        try:
            if self._intakes is not None:
                await self._intakes.end(within)
        finally:
            self._intakes = None
            if tls is not None:
                await tls.__aexit__(None, None, None)
