"""An HTTP request of which nothing is made before it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qsl

from starlette.requests import Request as NativeRequest
from starlette.types import Scope

from cordio_core import Event, Request
from cordio_fastapi._peers import certificate

if TYPE_CHECKING:
    from cordio_fastapi._exchange import Exchange

__all__ = ["HttpRequest"]


class HttpRequest(Request):
    """The kernel's request over an ASGI scope; ``body`` is what has been read of it so far.

    Parameters
    ----------
    event : Event
        What it is an instance of.
    exchange : Exchange
        The exchange that it is a part of.
    scope : mapping
        Its ASGI scope.
    values : mapping of str to object
        The values in its path, as the route's convertors gave them.
    native : Request or None
        Starlette's request, if there is one already.
    """

    def __init__(
        self,
        event: Event,
        exchange: Exchange,
        scope: Scope,
        values: Mapping[str, object],
        native: NativeRequest | None = None,
    ) -> None:
        self.event, self.exchange, self.scope, self.values = event, exchange, scope, values
        if native is not None:
            vars(self)["native"] = native

    @cached_property
    def path(self) -> Mapping[str, str]:  # type: ignore[override]  # made at the first use
        """The values of the names in the event's path."""
        return {name: str(value) for name, value in self.values.items()}

    @cached_property
    def query(self) -> Mapping[str, str]:  # type: ignore[override]  # as path
        """The query; the last value where a key repeats."""
        found = self.scope["query_string"]
        return dict(parse_qsl(found.decode("latin-1"), keep_blank_values=True)) if found else {}

    @cached_property
    def headers(self) -> Mapping[str, str]:  # type: ignore[override]  # as path
        """Headers with names in lower case."""
        return self.exchange.headers

    @cached_property
    def native(self) -> object:  # type: ignore[override]  # as path
        """Starlette's request."""
        scope, exchange = self.scope, self.exchange
        scope["path_params"] = self.values
        made = NativeRequest(scope, exchange.receive, exchange.send)
        if exchange.body is not None:
            made._body = exchange.body  # its stream is read: as after Starlette's own `body()`
        return made

    async def read(self) -> bytes:
        """Read the whole body; once, whoever reads it.

        Returns
        -------
        bytes
            The body.
        """
        if "native" in vars(self):
            self.body = await cast(NativeRequest, self.native).body()
        else:
            self.body = await self.exchange.read()
        return self.body

    @cached_property
    def trace(self) -> str:  # type: ignore[override]  # as path
        """The id of the request's trace."""
        return self.exchange.span.trace_id

    @cached_property
    def certificate(self) -> Mapping[str, object] | None:  # type: ignore[override]  # as path
        """The certificate that the client of the connection has shown, and the listener has checked."""
        return certificate(self.scope)

    @cached_property
    def deadline(self) -> float | None:  # type: ignore[override]  # as path
        """When the answer is of no use any more; None if there is no limit of time."""
        timer = self.exchange.timer
        return None if timer is None else timer.when()
