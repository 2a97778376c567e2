"""What can be set of the HTTP entrypoint."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from cordio_core import Size

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
    docs: Annotated[bool, Field(description="Whether /docs, /redoc and /openapi.json are served.")] = True
