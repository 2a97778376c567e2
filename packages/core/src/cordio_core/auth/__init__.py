"""Who asks, and what it may: bearer tokens, API keys, client certificates, passwords for management."""

from cordio_core.auth._allow import Allow, allow
from cordio_core.auth._api_keys import new_key
from cordio_core.auth._auth import Auth
from cordio_core.auth._caller import Caller
from cordio_core.auth._entries import ApiKey, Client, User
from cordio_core.auth._exceptions import AuthError, Refused, Unavailable
from cordio_core.auth._passwords import hashed
from cordio_core.auth._settings import AuthSettings

__all__ = [
    "Allow",
    "ApiKey",
    "Auth",
    "AuthError",
    "AuthSettings",
    "Caller",
    "Client",
    "Refused",
    "Unavailable",
    "User",
    "allow",
    "hashed",
    "new_key",
]
