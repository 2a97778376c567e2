"""Chooses how a protocol of uvicorn's is bounded."""

from __future__ import annotations

from typing import Any

from cordio_fastapi._bounds import Bounds

__all__ = ["bounded"]


def bounded(protocol: type[Any], bounds: Bounds) -> type[Any]:
    """Make a protocol of uvicorn's give up on what never ends, and refuse what is no clear request.

    Parameters
    ----------
    protocol : type
        The protocol of HTTP: that on httptools, or that on h11.
    bounds : Bounds
        What a request may have.

    Returns
    -------
    type
        A subclass.
    """
    if hasattr(protocol, "on_headers_complete"):
        from cordio_fastapi._on_httptools import OnHttptools as On
    else:
        from cordio_fastapi._on_h11 import OnH11 as On  # type: ignore[assignment]  # either is put in front
    return type("Bounded", (On, protocol), {"bounds": bounds})
