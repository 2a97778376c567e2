"""What can be set of the HTTP entrypoint."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from cordio_core import Duration, Size

__all__ = ["HttpSettings"]


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
    time_limit : Duration or None
        How long a request may take until its answer begins, in seconds; then it is cancelled and answered
        with 503. No limit unless set.
    concurrency : int or None
        How many requests may be under way in one process; the next one is answered with 503. No limit
        unless set.
    docs : bool
        Whether ``/docs``, ``/redoc`` and ``/openapi.json`` are served.

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
    time_limit: Annotated[
        Duration | None, Field(description="How long a request may take until its answer begins.")
    ] = None
    concurrency: Annotated[
        int | None, Field(ge=1, description="How many requests may be under way in one process.")
    ] = None
    docs: Annotated[bool, Field(description="Whether /docs, /redoc and /openapi.json are served.")] = True
