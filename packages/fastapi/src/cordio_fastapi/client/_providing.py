"""The client as a service of an application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from cordio_fastapi.client._client import HttpClient, Trust
from cordio_fastapi.client._settings import HttpClientSettings

__all__ = ["http", "http_client"]


def http_client(settings: HttpClientSettings) -> HttpClientSettings:
    """Give the section ``http_client``: a container hands a service the section of its own name.

    Parameters
    ----------
    settings : HttpClientSettings
        The section.

    Returns
    -------
    HttpClientSettings
        The same.
    """
    return settings


async def http(
    http_client: HttpClientSettings, tls: Trust, monitor: object, errors: Any
) -> AsyncIterator[HttpClient]:
    """Make the client of an application: its error rules repeat, its monitor watches.

    Parameters
    ----------
    http_client : HttpClientSettings
        The section ``http_client``.
    tls : Trust
        The service ``tls``.
    monitor : object
        The application's monitor.
    errors : Guard
        The application's error rules.

    Yields
    ------
    HttpClient
        The client.
    """
    async with HttpClient(http_client, tls=tls, monitor=monitor, retry=errors.service()) as client:
        yield client
