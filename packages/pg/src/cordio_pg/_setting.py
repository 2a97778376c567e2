"""The kinds of values that settings have, each with what is no value of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, SecretStr

from cordio_pg._address import EMBEDDED, address
from cordio_pg._duration import Duration

__all__ = ["Attribute", "Dsn", "Folder", "Limit"]


def _none_if_empty(value: object) -> object:
    return None if value == "" else value


def _address(dsn: SecretStr) -> SecretStr:
    text = dsn.get_secret_value()
    if text != EMBEDDED:
        address(text)
    return dsn


def _positive(duration: Duration) -> Duration:
    if duration <= 0:
        raise ValueError("it must be longer than 0")
    return duration


Attribute: TypeAlias = Literal["any", "read-write", "read-only", "primary", "standby", "prefer-standby"]
Folder: TypeAlias = Annotated[Path | None, BeforeValidator(_none_if_empty)]
Limit: TypeAlias = Annotated[Duration, AfterValidator(_positive)]
Dsn: TypeAlias = Annotated[
    Annotated[SecretStr, AfterValidator(_address)] | None, BeforeValidator(_none_if_empty)
]
