"""What can be set of connections that stay open."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, field_validator

from cordio_core import Duration, Size

__all__ = ["SseSettings", "WebSocketSettings"]


class SseSettings(BaseModel, frozen=True, extra="forbid"):
    """The section ``http.sse``: streams of server-sent events.

    Parameters
    ----------
    keep_alive : Duration
        After how much silence a comment is sent, so that nobody on the way takes the connection for dead.

    Examples
    --------
    >>> float(SseSettings(keep_alive="20s").keep_alive)
    20.0
    """

    keep_alive: Annotated[Duration, Field(gt=0, description="After how much silence a comment is sent.")] = (
        Duration("15s")
    )


class WebSocketSettings(BaseModel, frozen=True, extra="forbid"):
    """The section ``http.websocket``.

    Parameters
    ----------
    origins : tuple of str
        Origins whose pages may connect besides those of the service itself: ``https://shop.example``; ``*``
        for all. A browser sends the user's cookies along from any page, so that a page which may connect acts
        as the user.
    message_limit : Size
        The largest message that may come, in bytes; a larger one closes the connection with 1009.
    connections : int or None
        How many may be open in one process; the next one is answered with 503. No limit unless set.
    ping : Duration
        How often the other side is asked whether it is there, in seconds; one that does not answer within the
        same time is taken for gone.
    farewell : Duration
        How long a handler may take to end once its connection has, in seconds; then it is cancelled. So long
        may the other side take for what was sent last; then it is cut off.

    Examples
    --------
    >>> WebSocketSettings(message_limit="64KiB").message_limit
    65536
    """

    origins: Annotated[tuple[str, ...], Field(description="Origins whose pages may connect.")] = ()
    message_limit: Annotated[Size, Field(gt=0, description="The largest message that may come.")] = Size(
        "1MiB"
    )
    connections: Annotated[int | None, Field(ge=1, description="How many may be open in one process.")] = None
    ping: Annotated[Duration, Field(gt=0, description="How often the other side is asked.")] = Duration("20s")
    farewell: Annotated[
        Duration, Field(ge=0, description="How long a handler may take to end after its connection.")
    ] = Duration("5s")

    @field_validator("origins")
    @classmethod
    def _named(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            scheme, between, host = origin.partition("://")
            if origin != "*" and (
                not between or not scheme or not host or "/" in host or not origin.isascii()
            ):
                raise ValueError(f"{origin!r} is no origin: write 'https://shop.example', without a path")
        return origins
