"""Connections that know the certificate of who is at their other end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from cordio_core.tls import peer

__all__ = ["certificate", "knowing"]

_KEY = "cordio_fastapi.certificate"


def knowing(protocol: type[Any]) -> type[Any]:
    """Make a protocol of uvicorn's note the certificate of a connection, once.

    Parameters
    ----------
    protocol : type
        The protocol of HTTP.

    Returns
    -------
    type
        A subclass.
    """

    class Knowing(protocol):  # type: ignore[misc]  # which of uvicorn's it is shows when it is loaded
        app_state: dict[str, Any]

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            found = peer(transport.get_extra_info("ssl_object"))
            if found is not None:
                self.app_state = {
                    **self.app_state,
                    _KEY: found,
                }  # each request's scope gets a copy as its state

    return Knowing


def certificate(scope: Mapping[str, Any]) -> Mapping[str, object] | None:
    """Return the certificate that the client of a request has shown.

    Parameters
    ----------
    scope : mapping
        The request's ASGI scope.

    Returns
    -------
    mapping or None
        The certificate; None if none was shown.
    """
    state = scope.get("state")
    return None if state is None else cast("Mapping[str, object] | None", state.get(_KEY))
