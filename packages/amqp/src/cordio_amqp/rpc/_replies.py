"""Answers on their way back to who has called."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pydantic_core import to_json

from cordio_amqp.rpc._wire import ANSWER, FAILURE
from cordio_core import Response

__all__ = ["Reply", "Unwritable", "failure", "reply"]

_BYTES, _JSON = "application/octet-stream", "application/json"
_REFUSED = 400
_FAILED = 500


class Unwritable(Exception):
    """An answer of which no message can be made; says why."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it goes out."""

    kind: str
    status: int
    content_type: str
    body: bytes
    encoding: str | None = None


def reply(response: Response) -> Reply:
    """Return the answer to a call; raise Unwritable."""
    status = response.status or 200
    kind = FAILURE if status >= _REFUSED else ANSWER
    if response.stream is not None:
        raise Unwritable("an answer in pieces has no end that a caller could wait for")
    if response.body is not None:
        return Reply(kind, status, response.headers.get("content-type", _JSON), response.body)
    if isinstance(response.value, bytes):
        return Reply(kind, status, _BYTES, response.value)
    try:
        return Reply(kind, status, _JSON, to_json(response.value))
    except (ValueError, RecursionError) as error:
        raise Unwritable(str(error)) from error


def failure(status: int, code: str, title: str) -> Reply:
    """Return the answer to a call that no handler has answered."""
    return Reply(FAILURE, status, _JSON, json.dumps({"code": code, "title": title}).encode())
