"""Answers as they come in, as values or exceptions."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cordio_amqp._content import unpacked_body
from cordio_amqp._delivery import Unreadable
from cordio_amqp.rpc._exceptions import AnswerUnfit, CallFailed
from cordio_amqp.rpc._wire import FAILURE, STATUS

if TYPE_CHECKING:
    from aiormq.abc import DeliveredMessage
    from pydantic import TypeAdapter

__all__ = ["opened", "value"]

_JSON = "application/json"
_FAILED = 500


def opened(procedure: str, message: DeliveredMessage, most: int) -> DeliveredMessage:
    """Return an answer with its body unpacked; raise AnswerUnfit if it has more than `most` bytes."""
    try:
        return replace(message, body=unpacked_body(message.body, message.header.properties, most))
    except Unreadable as error:
        cure = "body_limit of the two services must allow the same"
        raise AnswerUnfit(procedure, str(error), cure) from error


def value(procedure: str, message: DeliveredMessage, into: object) -> Any:
    """Return what was answered, as `into` unless that is None; raise CallFailed, AnswerUnfit."""
    said = message.header.properties
    if said.message_type == FAILURE:
        raise _failure(procedure, message)
    kind = (said.content_type or _JSON).partition(";")[0].strip().lower()
    if kind != _JSON:
        return message.body if into is None else _checked(procedure, into, message.body)
    return _read(procedure, message.body) if into is None else _read_into(procedure, into, message.body)


def _failure(procedure: str, message: DeliveredMessage) -> CallFailed:
    status = (message.header.properties.headers or {}).get(STATUS)
    status = status if isinstance(status, int) else _FAILED
    try:
        told = json.loads(message.body or b"null")
    except ValueError:
        told = None
    named = told if isinstance(told, dict) else {}
    code, *more = (str(named.get(name, "")) for name in ("code", "title", "detail", "incident"))
    return CallFailed(procedure, code or f"status {status}", status, *more)


def _read(procedure: str, body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError as error:
        raise AnswerUnfit(procedure, "it is no JSON in UTF-8") from error


def _read_into(procedure: str, into: object, body: bytes) -> object:
    try:
        return _adapter(into).validate_json(body)
    except ValueError as error:
        raise AnswerUnfit(procedure, _told(error)) from error


def _checked(procedure: str, into: object, body: bytes) -> object:
    try:
        return _adapter(into).validate_python(body)
    except ValueError as error:
        raise AnswerUnfit(procedure, _told(error)) from error


@lru_cache(maxsize=256)
def _adapter(into: Any) -> TypeAdapter[object]:
    from pydantic import TypeAdapter

    return TypeAdapter(into)


def _told(error: ValueError) -> str:
    from pydantic import ValidationError

    if not isinstance(error, ValidationError):
        return type(error).__name__
    listed = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(": ".join([*filter(None, [".".join(map(str, e["loc"]))]), e["msg"]]) for e in listed)
