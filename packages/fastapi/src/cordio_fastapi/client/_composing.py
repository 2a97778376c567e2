"""A call of what was asked and what is set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from pydantic import SecretStr
from pydantic_core import to_json

from cordio_fastapi.client._call import IDEMPOTENT, Call, Limits
from cordio_fastapi.client._settings import HttpClientSettings, ServiceSettings
from cordio_fastapi.client._verbs import Options

__all__ = ["Settled", "composed", "settled"]

_BODIES = ("json", "form", "body")
_TYPES = {"json": "application/json", "form": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Settled:
    """What the settings say for one service, or for all others, read once.

    Parameters
    ----------
    headers : mapping of str to str
        The headers of each request, names in lower case.
    limits : Limits
        What a call may take.
    """

    headers: Mapping[str, str]
    limits: Limits


def settled(settings: HttpClientSettings, service: ServiceSettings | None = None) -> Settled:
    """Read the settings.

    Parameters
    ----------
    settings : HttpClientSettings
        What is set for all.
    service : ServiceSettings or None
        What is set for one.

    Returns
    -------
    Settled
        What they say together.
    """
    headers = {"user-agent": settings.user_agent, **_plain(settings.headers)}
    if service is None:
        common = (settings.timeout, settings.connect_timeout, settings.read_timeout)
        return Settled(headers, Limits(*common, settings.answer_limit))
    headers |= _plain(service.headers)
    if service.token is not None:
        headers["authorization"] = f"Bearer {service.token.get_secret_value()}"
    limits = Limits(
        _first(service.timeout, settings.timeout),
        _first(service.connect_timeout, settings.connect_timeout),
        _first(service.read_timeout, settings.read_timeout),
        settings.answer_limit if service.answer_limit is None else service.answer_limit,
    )
    return Settled(headers, limits)


def composed(
    method: str, url: str, origin: str, label: str, options: Options, settled: Settled, into: object
) -> Call:
    """Make a call.

    Parameters
    ----------
    method : str
        The method, in capitals.
    url : str
        The whole address.
    origin : str
        Scheme, host and port of it.
    label : str
        The name of its span.
    options : Options
        What was asked.
    settled : Settled
        What is set.
    into : object
        What the answer is read into; None if it is taken as it is.

    Returns
    -------
    Call
        The call.

    Raises
    ------
    TypeError
        If several bodies are given.
    """
    headers = dict(settled.headers)
    if into is not None:
        headers.setdefault("accept", "application/json")
    body, kind = _body(options)
    if kind is not None:
        headers["content-type"] = kind
    for name, value in options.get("headers", {}).items():
        headers[name.lower()] = value
    repeatable = options.get("repeat", method in IDEMPOTENT or "idempotency-key" in headers)
    limits = settled.limits
    if (timeout := options.get("timeout")) is not None:
        limits = replace(limits, whole=timeout)
    return Call(method, url, label, limits, origin, headers, body, repeatable)


def _body(options: Options) -> tuple[bytes | None, str | None]:
    given = [name for name in _BODIES if name in options]
    if len(given) > 1:
        raise TypeError(f"a request has one body: give one of {', '.join(given)}")
    if "json" in options:
        return to_json(options["json"], inf_nan_mode="null"), _TYPES["json"]
    if "form" in options:
        return urlencode(options["form"], doseq=True).encode(), _TYPES["form"]
    return options.get("body"), None


def _plain(headers: Mapping[str, SecretStr]) -> Mapping[str, str]:
    return {name.lower(): value.get_secret_value() for name, value in headers.items()}


def _first(own: float | None, common: float) -> float:
    return common if own is None else own
