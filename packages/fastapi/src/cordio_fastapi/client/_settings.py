"""What can be set of the client."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BaseModel, Field, SecretStr, field_validator, model_validator

from cordio_core import Duration, Size
from cordio_fastapi.client._address import fault

__all__ = ["HttpClientSettings", "ServiceSettings"]

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # token of RFC 9110, section 5.6.2
_Headers = Annotated[Mapping[str, SecretStr], Field(description="Headers of each request.")]


class ServiceSettings(BaseModel, frozen=True, extra="forbid"):
    """A service that is called by name: ``http_client.services.<name>``.

    Parameters
    ----------
    url : str
        Its address; what is called lies below it, and nothing else.
    headers : mapping of str to SecretStr
        Headers that each request to it has.
    token : SecretStr or None
        Sent as ``Authorization: Bearer``.
    timeout, connect_timeout, read_timeout : Duration or None
        Its own limits, in seconds.
    answer_limit : Size or None
        Its own limit of an answer, in bytes.
    essential : bool
        Whether the application is not healthy while calls to the service are refused.

    Examples
    --------
    >>> ServiceSettings(url="https://stock.example/v1").essential
    True
    """

    url: Annotated[str, Field(description="Its address, as in 'https://stock.example/v1'.")]
    headers: _Headers = Field(default_factory=dict)
    token: Annotated[SecretStr | None, Field(description="Sent as 'Authorization: Bearer'.")] = None
    timeout: Annotated[Duration | None, Field(description="The limit of a whole call.")] = None
    connect_timeout: Annotated[Duration | None, Field(description="The limit of a connect.")] = None
    read_timeout: Annotated[Duration | None, Field(description="The longest silence of the server.")] = None
    answer_limit: Annotated[Size | None, Field(description="The largest answer, as in '8MiB'.")] = None
    essential: Annotated[bool, Field(description="Whether an open circuit is told as bad health.")] = True

    @field_validator("url")
    @classmethod
    def _address(cls, url: str) -> str:
        found = fault(url) or ("it has a query" if "?" in url else None)
        if found is not None:
            raise ValueError(f"{found}: write an address such as 'https://stock.example/v1'")
        return url

    @field_validator("headers")
    @classmethod
    def _names(cls, headers: Mapping[str, SecretStr]) -> Mapping[str, SecretStr]:
        return _checked(headers)


class HttpClientSettings(BaseModel, frozen=True, extra="forbid"):
    """The section ``http_client``.

    Parameters
    ----------
    services : mapping of str to ServiceSettings
        Services that are called by name: ``http["stock"]``.
    headers : mapping of str to SecretStr
        Headers of each request to each host; no credentials, which belong to one service.
    hosts : tuple of str
        The hosts that may be called by a whole address, and redirected to: ``api.example``, ``*.example``;
        all unless set. Where an address comes from outside, set them.
    timeout : Duration
        The limit of a whole call, with its repeats and until the last byte of the answer, in seconds.
    connect_timeout : Duration
        The limit until there is a connection, in seconds.
    read_timeout : Duration
        How long a server may send nothing, in seconds.
    answer_limit : Size
        The largest answer, in bytes, once it is unpacked.
    attempts : int
        How often a request is sent that may be repeated, the first time included, where error rules do not
        say it.
    wait : Duration
        The most seconds before the second attempt; doubled for each after it.
    longest_wait : Duration
        The most seconds before any; a server that asks for more by ``Retry-After`` is not asked again.
    failures : int
        How many failures open the circuit of an address; 0 for no circuits.
    within : Duration
        The time in which they must have happened, in seconds.
    open_for : Duration
        How long calls are refused then, in seconds.
    redirects : int
        How many redirects are followed.
    connections : int
        The most connections at once.
    connections_per_host : int
        The most connections to one host; 0 for as many as there may be.
    idle : Duration
        After what time an unused connection is closed, in seconds.
    user_agent : str
        The header ``User-Agent``.

    Examples
    --------
    >>> HttpClientSettings(services={"stock": {"url": "https://stock.example"}}).timeout
    30.0
    """

    services: Annotated[
        Mapping[str, ServiceSettings], Field(description="Services that are called by name.")
    ] = Field(default_factory=dict)
    headers: _Headers = Field(default_factory=dict)
    hosts: Annotated[tuple[str, ...], Field(description="Hosts that may be called by whole addresses.")] = (
        "*",
    )
    timeout: Annotated[Duration, Field(description="The limit of a whole call.")] = Duration("30s")
    connect_timeout: Annotated[Duration, Field(description="The limit of a connect.")] = Duration("5s")
    read_timeout: Annotated[Duration, Field(description="The longest silence of a server.")] = Duration("10s")
    answer_limit: Annotated[Size, Field(description="The largest answer, as in '8MiB'.")] = Size("8MiB")
    attempts: Annotated[int, Field(ge=1, description="How often a request is sent at most.")] = 3
    wait: Annotated[Duration, Field(description="The most before the second attempt.")] = Duration("100ms")
    longest_wait: Annotated[Duration, Field(description="The most before any attempt.")] = Duration("5s")
    failures: Annotated[int, Field(ge=0, description="Failures that open a circuit; 0: no circuits.")] = 5
    within: Annotated[Duration, Field(description="The time in which they happen.")] = Duration("30s")
    open_for: Annotated[Duration, Field(description="How long calls are refused then.")] = Duration("30s")
    redirects: Annotated[int, Field(ge=0, description="How many redirects are followed.")] = 5
    connections: Annotated[int, Field(ge=1, description="The most connections at once.")] = 100
    connections_per_host: Annotated[int, Field(ge=0, description="The most to one host; 0: no limit.")] = 0
    idle: Annotated[Duration, Field(description="How long an unused connection is kept.")] = Duration("15s")
    user_agent: Annotated[str, Field(description="The header User-Agent.")] = "cordio"

    @field_validator("headers")
    @classmethod
    def _names(cls, headers: Mapping[str, SecretStr]) -> Mapping[str, SecretStr]:
        return _checked(headers)

    @model_validator(mode="after")
    def _no_credentials_for_all(self) -> Self:
        for name in self.headers:
            if name.lower() in ("authorization", "cookie", "proxy-authorization"):
                raise ValueError(
                    f"headers.{name} would go to every host: set it below the service that it is for"
                )
        return self


def _checked(headers: Mapping[str, SecretStr]) -> Mapping[str, SecretStr]:
    for name, value in headers.items():
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a header")
        if not value.get_secret_value().isprintable():
            raise ValueError(f"the value of {name!r} holds a character that no header may hold")
    return headers
