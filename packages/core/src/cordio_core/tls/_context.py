"""Contexts of the standard library, safe by default (RFC 9325)."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

from cordio_core.tls._exceptions import TlsError
from cordio_core.tls._settings import TlsSettings

__all__ = ["client_context", "load", "server_context"]

_OLDEST = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
_CLIENTS = {"none": ssl.CERT_NONE, "optional": ssl.CERT_OPTIONAL, "required": ssl.CERT_REQUIRED}


def server_context(settings: TlsSettings) -> ssl.SSLContext:
    """Make the context of a server.

    Parameters
    ----------
    settings : TlsSettings
        The section; its `certificate` is needed.

    Returns
    -------
    ssl.SSLContext
        With the service's certificate; it asks clients for theirs where the settings say so.

    Raises
    ------
    TlsError
        If a file is missing or cannot be used.

    Examples
    --------
    >>> server_context(TlsSettings())
    Traceback (most recent call last):
    cordio_core.tls._exceptions.TlsError: tls.certificate: it is not set: a server needs one: ...
    """
    if settings.certificate is None:
        raise TlsError("tls.certificate", "it is not set", "a server needs one: write the path of a PEM file")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = _OLDEST[settings.oldest]
    context.verify_mode = _CLIENTS[settings.clients]
    load(context, settings)
    if settings.authorities is not None:
        _trust(context, settings.authorities)
    return context


def client_context(settings: TlsSettings) -> ssl.SSLContext:
    """Make the context of a client: it checks the server's certificate and name, always.

    Parameters
    ----------
    settings : TlsSettings
        The section.

    Returns
    -------
    ssl.SSLContext
        It shows the service's own certificate to servers that ask, if there is one.

    Raises
    ------
    TlsError
        If a file is missing or cannot be used.

    Examples
    --------
    >>> client_context(TlsSettings()).check_hostname
    True
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = _OLDEST[settings.oldest]
    if settings.authorities is None:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    else:
        _trust(context, settings.authorities)
    if settings.certificate is not None:
        load(context, settings)
    return context


def load(context: ssl.SSLContext, settings: TlsSettings) -> None:
    """Give a context the service's certificate and key.

    Parameters
    ----------
    context : ssl.SSLContext
        What gets them; a live one uses them for its next connections.
    settings : TlsSettings
        The section; `certificate` is set.

    Raises
    ------
    TlsError
        If a file is missing, or is none, or the key is another certificate's.
    """
    certificate = settings.certificate or ""
    for file in (certificate, settings.key or certificate):
        _readable(file)
        if os.path.isdir(file):
            raise TlsError(file, "it is a folder", "write the path of a PEM file")
    # Without a password OpenSSL would ask for one at the terminal.
    password = settings.password or ""
    try:
        context.load_cert_chain(certificate, settings.key, lambda: password)
    except ssl.SSLError as error:
        raise TlsError(settings.key or certificate, _reason(error), _cure(settings)) from None
    except OSError as error:  # OpenSSL does not say which of the two it could not open
        wrong = certificate if settings.key is None else f"{certificate} or {settings.key}"
        raise TlsError(wrong, error.strerror or str(error), "write the path of a PEM file") from None


def _trust(context: ssl.SSLContext, authorities: str) -> None:
    _readable(authorities)
    cure = "write certificates in PEM: -----BEGIN CERTIFICATE-----"
    files = sorted(map(str, Path(authorities).iterdir())) if os.path.isdir(authorities) else [authorities]
    for file in files:
        try:
            context.load_verify_locations(file)
        except OSError as error:
            what = _reason(error) if isinstance(error, ssl.SSLError) else str(error.strerror)
            raise TlsError(file, what, cure) from None
    if not files:
        raise TlsError(authorities, "there is no certificate in it", cure)


def _readable(file: str) -> None:
    try:
        os.stat(file)
        if not os.access(file, os.R_OK):
            raise PermissionError("this user may not read it")
    except FileNotFoundError:
        raise TlsError(file, "it does not exist", "write the path of a PEM file") from None
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise TlsError(file, said, "write the path of a PEM file that this user may read") from None


def _reason(error: ssl.SSLError) -> str:
    words = (error.reason or "it cannot be read").replace("_", " ").lower()
    return {"key values mismatch": "the key is not the certificate's"}.get(words, words)


def _cure(settings: TlsSettings) -> str:
    if settings.password is None:
        return "write key and certificate in PEM, and tls.password where the key is encrypted"
    return "write key and certificate in PEM, and the key's own tls.password"
