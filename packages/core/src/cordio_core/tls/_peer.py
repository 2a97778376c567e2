"""The certificate of who is at the other end."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Mapping

__all__ = ["peer"]


def peer(connection: ssl.SSLObject | ssl.SSLSocket | None) -> Mapping[str, object] | None:
    """Return the certificate that the other end has shown, for ``Request.certificate``.

    To ask costs some microseconds: ask once for a connection.

    Parameters
    ----------
    connection : ssl.SSLObject or ssl.SSLSocket or None
        The connection after its handshake; a transport's ``get_extra_info("ssl_object")``.

    Returns
    -------
    mapping or None
        What ``ssl.SSLSocket.getpeercert`` gives of a certificate that was checked, and its ``fingerprint``:
        the SHA-256 of the whole, in hexadecimal digits. None if none was shown, or it was not checked.

    Examples
    --------
    >>> peer(None) is None
    True
    """
    if connection is None:
        return None
    der, told = connection.getpeercert(True), connection.getpeercert()
    if not der or not told:
        return None
    return {**told, "fingerprint": hashlib.sha256(der).hexdigest()}
