"""Certificates: contexts for servers and clients from one section, fresh files, and when they run out."""

from cordio_core.tls._certificate import Certificate
from cordio_core.tls._context import client_context, server_context
from cordio_core.tls._exceptions import TlsError, TlsWarning
from cordio_core.tls._peer import peer
from cordio_core.tls._settings import TlsSettings
from cordio_core.tls._tls import Tls

__all__ = [
    "Certificate",
    "Tls",
    "TlsError",
    "TlsSettings",
    "TlsWarning",
    "client_context",
    "peer",
    "server_context",
]
