"""YAML with the scalars of its core schema (YAML 1.2.2, 10.3): ``no`` and ``on`` are text, ``0755`` is 755."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TypeVar

import yaml
from yaml.events import CollectionStartEvent, Event, ScalarEvent
from yaml.reader import ReaderError

from cordio_config._formats._composer import CORE, Composer, refusal, refusal_at, told
from cordio_config._place import Place, Unreadable

__all__ = ["places", "read"]

T = TypeVar("T")

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_NUMERIC = frozenset("0123456789+-.")


def read(text: str) -> object:
    """Read the values."""
    return _compose(text, Composer(_value, lambda event, content: content))


def places(text: str) -> Place:
    """Find where each value stands."""
    return _compose(text, Composer(_place, _place_of, _with_key)) or Place(0)


def _compose(text: str, composer: Composer[T]) -> T | None:
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            composer.take(event)
    except yaml.MarkedYAMLError as error:
        raise _refusal(error, text) from None
    except ReaderError as error:
        raise Unreadable.at(f"{error.reason}", text, _first_odd(text)) from None
    return composer.result


def _refusal(error: yaml.MarkedYAMLError, text: str) -> Unreadable:
    reason = ", ".join(part for part in (error.context, error.problem) if part)
    mark = error.problem_mark
    at_end = mark is not None and mark.index >= len(text)
    refused = Unreadable.at(reason, text, len(text)) if at_end else refusal_at(reason, mark)
    refused.is_final = False
    return refused


def _first_odd(text: str) -> int:
    odd = re.search("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    return odd.start() if odd else 0


def _value(event: ScalarEvent) -> object:
    if event.tag is not None:
        return _tagged(event)
    return _plain(event) if event.implicit[0] else event.value


def _plain(event: ScalarEvent) -> object:
    text = event.value
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    return _number(event) if text[0] in _NUMERIC else text


def _number(event: ScalarEvent) -> object:
    text = event.value
    try:
        if _INTEGER.fullmatch(text):
            return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    except ValueError:
        raise refusal("it holds a number of too many digits", event) from None
    if _FLOAT.fullmatch(text):
        return float(text)
    return float(text.replace(".", "")) if _SPECIAL.fullmatch(text) else text


def _tagged(event: ScalarEvent) -> object:
    if event.tag in ("!", f"{CORE}str"):
        return event.value
    value = _plain(event)
    if event.tag != f"{CORE}{_TAGS.get(type(value))}":
        raise refusal(f"{told(event.tag)} is refused: values are plain data", event)
    return value


_TAGS = {bool: "bool", int: "int", float: "float", type(None): "null"}


def _place(event: ScalarEvent) -> Place:
    return Place(_start(event), _end(event))


def _place_of(event: CollectionStartEvent, content: dict[str, Place] | list[Place]) -> Place:
    if isinstance(content, dict):
        return Place(_start(event), keys=content)
    return Place(_start(event), items=content)


def _with_key(place: Place, key: ScalarEvent) -> Place:
    return replace(place, key=_start(key))


def _start(event: Event) -> int:
    return event.start_mark.index if event.start_mark else 0


def _end(event: Event) -> int:
    return event.end_mark.index if event.end_mark else 0
