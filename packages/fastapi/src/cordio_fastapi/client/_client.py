"""The client, and the services that it calls by name."""

from __future__ import annotations

import difflib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import urlsplit

from cordio_core.outgoing import opener
from cordio_fastapi.client._address import below, filled, is_allowed, origin, shown, whole
from cordio_fastapi.client._answer import Answer
from cordio_fastapi.client._circuits import Circuits, State, Terms
from cordio_fastapi.client._composing import Settled, composed, settled
from cordio_fastapi.client._exceptions import AddressRefused, CircuitOpen, ClientIncomplete
from cordio_fastapi.client._repeating import Backoff, Repeating
from cordio_fastapi.client._sending import Sending
from cordio_fastapi.client._settings import HttpClientSettings
from cordio_fastapi.client._verbs import Options, Verbs
from cordio_fastapi.client._wire import Wire

__all__ = ["ClientState", "HttpClient", "Service", "Trust"]


class Trust(Protocol):
    """What knows how servers are checked; `cordio_core.tls.Tls` is one."""

    @property
    def client(self) -> ssl.SSLContext:
        """The context of connections to servers."""
        ...


@dataclass(frozen=True, slots=True)
class ClientState:
    """The client at one moment, and what has happened since it was made.

    Attributes
    ----------
    calls, failures, repeats, in_flight : int
        Calls; those that came to nothing; requests that were sent once more; calls that go on.
    circuits : mapping of str to str
        By origin, ``closed``, ``open`` or ``half-open``.
    """

    calls: int
    failures: int
    repeats: int
    in_flight: int
    circuits: Mapping[str, State]


class HttpClient(Verbs):
    """Calls other services; connects when it is first used.

    Parameters
    ----------
    settings : HttpClientSettings or None
        The section ``http_client``.
    tls : Trust or None
        How servers are checked; by the system's authorities unless given.
    monitor : object
        A monitor that is `cordio_core.protocols.Following` watches each request and lets its trace go on.
    retry : Repeating or None
        How requests are repeated; a `Backoff` by the settings unless given.

    Raises
    ------
    ClientIncomplete
        If aiohttp is not installed.

    Examples
    --------
    >>> import asyncio
    >>> async def main() -> None:
    ...     settings = HttpClientSettings(services={"stock": {"url": "http://127.0.0.1:9/v1"}}, attempts=1)
    ...     async with HttpClient(settings) as http:
    ...         try:
    ...             await http["stock"].get("/items/{sku}", path={"sku": "A-1"}, into=dict[str, int])
    ...         except ConnectionError as error:
    ...             print(error)
    >>> asyncio.run(main())
    GET http://127.0.0.1:9/v1/items/A-1: no connection: ...
    """

    def __init__(
        self,
        settings: HttpClientSettings | None = None,
        *,
        tls: Trust | None = None,
        monitor: object = None,
        retry: Repeating | None = None,
    ) -> None:
        if find_spec("aiohttp") is None:  # imported at the first call, and missed at once
            raise ClientIncomplete
        self.settings = chosen = settings or HttpClientSettings()
        self._wire = Wire(chosen, None if tls is None else tls.client)
        self._circuits = Circuits(Terms(chosen.failures, chosen.within, chosen.open_for))
        scheme = retry or Backoff(chosen.attempts, chosen.wait, chosen.longest_wait)
        self._sending = Sending(chosen, self._wire, self._circuits, opener(monitor), scheme)
        self._settled = settled(chosen)
        self._services = {
            name: Service(name, service.url, settled(chosen, service), self._sending)
            for name, service in chosen.services.items()
        }

    def __repr__(self) -> str:
        """Write it with the names of its services."""
        return f"HttpClient({', '.join(sorted(self._services))})"

    def __getitem__(self, name: str) -> Service:
        """Return a service of the settings.

        Parameters
        ----------
        name : str
            Its name.

        Returns
        -------
        Service
            What is asked of it stays below its address.

        Raises
        ------
        KeyError
            If the settings name no such service.
        """
        found = self._services.get(name)
        if found is None:
            near = difflib.get_close_matches(name, self._services, 1)
            hint = f": did you mean {near[0]!r}?" if near else f": set http_client.services.{name}.url"
            raise KeyError(f"http_client names no service {name!r}{hint}")
        return found

    def state(self) -> ClientState:
        """Return the numbers of this moment.

        Returns
        -------
        ClientState
            The numbers.
        """
        sent = self._sending
        return ClientState(sent.calls, sent.failures, sent.repeats, sent.in_flight, self._circuits.states)

    async def health(self) -> None:
        """Tell whether calls to the services of the settings go through; nothing is sent.

        Raises
        ------
        CircuitOpen
            If those to one that is ``essential`` are refused.
        """
        for service in self.settings.services.values():
            circuit = self._circuits.of(origin(service.url)) if service.essential else None
            if circuit is not None and circuit.state == "open":
                raise CircuitOpen(shown(service.url), circuit.wait, circuit.cause)

    async def __aenter__(self) -> Self:
        """Take requests."""
        self._wire.reopen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Close the connections."""
        await self._wire.close()

    async def _send(self, method: str, url: str, options: Options, into: object) -> Answer:
        try:
            target = whole(filled(url, options.get("path", {})), options.get("query"))
        except ValueError as error:
            raise AddressRefused(method, f"{error}: write a whole address", False) from None
        if not is_allowed(target, self.settings.hosts):
            what = "http_client.hosts does not name its host: name it, or do not call it"
            raise AddressRefused(f"{method} {shown(target)}", what, False)
        label = f"{method} {urlsplit(target).hostname}"
        call = composed(method, target, origin(target), label, options, self._settled, into)
        return await self._sending.send(call)


class Service(Verbs):
    """A service that is called by name.

    Parameters
    ----------
    name : str
        Its name.
    url : str
        Its address.
    settled : Settled
        What is set for it.
    sending : Sending
        The way of calls.
    """

    def __init__(self, name: str, url: str, settled: Settled, sending: Sending) -> None:
        self.name, self.url = name, url
        self._origin, self._settled, self._sending = origin(url), settled, sending

    def __repr__(self) -> str:
        """Write its name and its address."""
        return f"Service({self.name}, {self.url})"

    async def _send(self, method: str, url: str, options: Options, into: object) -> Answer:
        try:
            target = below(self.url, filled(url, options.get("path", {})), options.get("query"))
        except ValueError as error:
            cure = f"write a path below {self.url}, and values from outside by path="
            raise AddressRefused(f"{method} {self.name}", f"{error}: {cure}", False) from None
        label = (
            f"{method} {self.name}{url.partition('?')[0]}" if "path" in options else f"{method} {self.name}"
        )
        call = composed(method, target, self._origin, label, options, self._settled, into)
        return await self._sending.send(call)
