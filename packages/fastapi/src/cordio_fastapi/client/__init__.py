"""A client for other services: limits, repeats, circuits, traces, and their problems as exceptions."""

from cordio_fastapi.client._answer import Answer
from cordio_fastapi.client._circuits import State
from cordio_fastapi.client._client import ClientState, HttpClient, Service, Trust
from cordio_fastapi.client._exceptions import (
    AddressRefused,
    AnswerInvalid,
    AnswerTooLarge,
    CertificateRefused,
    CircuitOpen,
    ClientClosed,
    ClientIncomplete,
    ConnectionFailed,
    RedirectRefused,
    RequestError,
    RequestFailed,
    RequestTimeout,
)
from cordio_fastapi.client._providing import http, http_client
from cordio_fastapi.client._repeating import Backoff, Repeating
from cordio_fastapi.client._settings import HttpClientSettings, ServiceSettings
from cordio_fastapi.client._verbs import Options

__all__ = [
    "AddressRefused",
    "Answer",
    "AnswerInvalid",
    "AnswerTooLarge",
    "Backoff",
    "CertificateRefused",
    "CircuitOpen",
    "ClientClosed",
    "ClientIncomplete",
    "ClientState",
    "ConnectionFailed",
    "HttpClient",
    "HttpClientSettings",
    "Options",
    "RedirectRefused",
    "Repeating",
    "RequestError",
    "RequestFailed",
    "RequestTimeout",
    "Service",
    "ServiceSettings",
    "State",
    "Trust",
    "http",
    "http_client",
]
