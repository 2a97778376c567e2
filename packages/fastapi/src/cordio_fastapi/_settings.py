"""What can be set of the HTTP entrypoint."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, Field, field_validator

from cordio_core import Duration, Size
from cordio_fastapi._cors_settings import CorsSettings
from cordio_fastapi._listener import place
from cordio_fastapi._proxy_settings import ProxySettings
from cordio_fastapi._stream_settings import SseSettings, WebSocketSettings
from cordio_fastapi.diagnostics import DiagnosticsSettings

__all__ = ["HttpSettings"]

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # token of RFC 9110, section 5.6.2


class HttpSettings(BaseModel, frozen=True, extra="forbid"):
    """The section ``http``.

    Parameters
    ----------
    host : str
        The address to listen at; of this machine alone unless set.
    port : int
        The port to listen at; 0 takes any free one.
    body_limit : Size
        The largest body of a request, in bytes; a larger one is answered with 413.
    header_limit : Size
        The most that the headers of a request may have together, in bytes; more is answered with 431.
    header_time : Duration
        How long they may take to come, from the connection or the first byte of a request on, in seconds; a
        connection that brings nothing is closed then, one that brings too little is answered with 408.
    body_pause : Duration
        How long a body may pause while it comes in, in seconds; then the request is answered with 408.
    time_limit : Duration or None
        How long a request may take until its answer begins, in seconds; then it is cancelled and answered
        with 503. No limit unless set.
    concurrency : int or None
        How many requests may be under way in one process; the next one is answered with 503. No limit
        unless set.
    docs : bool
        Whether ``/docs``, ``/redoc`` and ``/openapi.json`` are served.
    listen : tuple of str
        Several addresses to listen at, in place of host and port: ``127.0.0.1:8000``, ``[::1]:8000``,
        ``unix:/run/orders.sock``.
    unix_mode : str
        Who may connect to unix sockets, as permission bits in octal.
    tls : bool or None
        Whether TLS is spoken, with the certificate of the section ``tls``; unless set, if it names one.
    hosts : tuple of str
        The names that requests may call this service by, ``api.example`` or ``*.example``; any unless set.
        A request for another one is answered with 421.
    cors : CorsSettings
        Which pages of other origins may read answers.
    proxies : ProxySettings
        Which peers are proxies whose word on the client is believed.
    security_headers : mapping of str to str
        Headers of each answer that does not have them; HTTPS answers have ``Strict-Transport-Security`` too
        if ``hsts`` is set. Empty for none.
    hsts : Duration
        How long browsers are to come by HTTPS alone (RFC 6797); 0 for no word on it.
    websocket : WebSocketSettings
        What a WebSocket may have, and which pages may open one.
    sse : SseSettings
        How streams of server-sent events are kept alive.
    diagnostics : DiagnosticsSettings
        What is told of the application itself, at which paths and to whom.

    Examples
    --------
    >>> HttpSettings(body_limit="64KiB").body_limit
    65536
    """

    host: Annotated[str, Field(min_length=1, description="The address to listen at.")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, description="The port; 0 takes any free one.")] = 8000
    body_limit: Annotated[Size, Field(description="The largest body of a request, as in '64KiB'.")] = Size(
        "1MiB"
    )
    header_limit: Annotated[Size, Field(description="The most bytes of all headers together.")] = Size("64KiB")
    header_time: Annotated[Duration, Field(gt=0, description="How long the headers may take to come.")] = (
        Duration("30s")
    )
    body_pause: Annotated[Duration, Field(gt=0, description="How long a body may pause.")] = Duration("30s")
    time_limit: Annotated[
        Duration | None, Field(description="How long a request may take until its answer begins.")
    ] = None
    concurrency: Annotated[
        int | None, Field(ge=1, description="How many requests may be under way in one process.")
    ] = None
    docs: Annotated[bool, Field(description="Whether /docs, /redoc and /openapi.json are served.")] = True
    listen: Annotated[tuple[str, ...], Field(description="Several addresses, in place of host and port.")] = ()
    unix_mode: Annotated[
        str, Field(pattern="^0?[0-7]{3}$", description="Who may connect to unix sockets, in octal.")
    ] = "660"
    tls: Annotated[bool | None, Field(description="Whether TLS is spoken; if the section tls allows.")] = None
    hosts: Annotated[tuple[str, ...], Field(description="Names that requests may call the service by.")] = ()
    cors: Annotated[CorsSettings, Field(description="Which pages of other origins may read.")] = CorsSettings()
    proxies: Annotated[ProxySettings, Field(description="Which peers are believed.")] = ProxySettings()
    security_headers: Annotated[
        Mapping[str, str], Field(description="Headers of each answer that does not have them.")
    ] = Field(default_factory=lambda: {"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY"})
    hsts: Annotated[Duration, Field(description="How long browsers come by HTTPS alone; 0: no word.")] = (
        Duration(0)
    )
    websocket: Annotated[WebSocketSettings, Field(description="What a WebSocket may have.")] = (
        WebSocketSettings()
    )
    sse: Annotated[SseSettings, Field(description="How streams of events are kept alive.")] = SseSettings()
    diagnostics: Annotated[DiagnosticsSettings, Field(description="What is told of the application.")] = (
        DiagnosticsSettings()
    )

    @field_validator("listen")
    @classmethod
    def _places(cls, written: tuple[str, ...]) -> tuple[str, ...]:
        for each in written:
            place(each)
        return written

    @field_validator("security_headers")
    @classmethod
    def _sendable(cls, headers: Mapping[str, str]) -> Mapping[str, str]:
        for name, value in headers.items():
            if not (_NAME.fullmatch(name) and value.isascii() and value.isprintable()):
                raise ValueError(f"the header {name!r} holds a character that no header may hold")
        return headers

    @property
    def places(self) -> list[tuple[str, int] | str]:
        """Where to listen: hosts with ports, and paths of sockets."""
        return [place(each) for each in self.listen] or [(self.host, self.port)]
