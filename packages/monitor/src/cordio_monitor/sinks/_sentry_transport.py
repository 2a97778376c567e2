"""How envelopes of the SDK leave: at once, on the sink's thread, so that the books know what arrived."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from sentry_sdk.consts import EndpointType
from sentry_sdk.transport import Transport
from sentry_sdk.utils import Dsn

from cordio_monitor.sinks._http import post

if TYPE_CHECKING:
    from sentry_sdk.envelope import Envelope

__all__ = ["Delivered"]

_CLIENT = "cordio.monitor/1"


class Delivered(Transport):
    """Sends an envelope and returns when the server has taken it; raises otherwise.

    Parameters
    ----------
    dsn : str
        The address with the key of the project.
    timeout : float
        For how many seconds the server may be silent.
    """

    def __init__(self, dsn: str, timeout: float) -> None:
        super().__init__({"dsn": dsn})
        self._auth = Dsn(dsn).to_auth(_CLIENT)
        self._timeout = timeout

    def capture_envelope(self, envelope: Envelope) -> None:
        """Send an envelope.

        Parameters
        ----------
        envelope : Envelope
            The envelope.
        """
        headers = {
            "Content-Type": "application/x-sentry-envelope",
            "Content-Encoding": "gzip",
            "User-Agent": _CLIENT,
            "X-Sentry-Auth": str(self._auth.to_header()),
        }
        url = self._auth.get_api_url(EndpointType.ENVELOPE)
        post(url, gzip.compress(envelope.serialize()), headers, self._timeout)
