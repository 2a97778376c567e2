"""Turns the values of a section into its model; says of every mistake what was expected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from types import NoneType
from typing import TYPE_CHECKING, Any

from cordio_config._frozen import freeze
from cordio_config._merge import Values, holds, replaced, value_at
from cordio_config._model import Field, Group, group_of
from cordio_config._names import Key
from cordio_config._problem import MASK

if TYPE_CHECKING:
    from pydantic import TypeAdapter
    from pydantic_core import ErrorDetails

__all__ = ["Mistake", "adapter", "expectation", "validated"]

Written = Callable[[Key], str | None]

# Errors of types that are text: a number in the file stands for the text that was written there.
_TEXTUAL = frozenset({"bytes_type", "enum", "literal_error", "path_type", "string_type", "url_type"})
# Values for which the text that was written may stand: YAML's ``no`` or ``null``, TOML's dates among them.
_WRITTEN = (int, float, date, time, NoneType)
# Errors whose words cannot hold a part of the value.
_DISCREET = frozenset(
    {"bytes_type", "missing", "string_pattern_mismatch", "string_too_long", "string_too_short", "string_type"}
)
_PREFIXES = ("Input should be ", "Value error, ", "Assertion failed, ")


@dataclass(frozen=True, slots=True)
class Mistake:
    """What one value, or the section as a whole, does not fulfil; the path begins below the section."""

    path: Key
    is_missing: bool
    expected: str


def validated(model: type, values: Values, written: Written) -> tuple[object, list[Mistake]]:
    """Make the model of a section, or tell all mistakes; a number is its text where text is asked for."""
    group = group_of(model)
    prepared = _as_written(_prefilled(values, group), group, written, ())
    instance, errors = _attempt(model, prepared)
    texts = _texts(errors, prepared, group, written)
    if texts:
        retried: object = prepared
        for path, text in texts.items():
            retried = replaced(retried, path, text)
        instance, errors = _attempt(model, retried)
    freeze(instance)
    return instance, list(_mistakes(errors, prepared, group))


def expectation(error: ErrorDetails, field: Field | None, secrets: Iterable[str] = ()) -> str:
    """Say what pydantic expected, without the value; of a secret its description, which cannot quote it."""
    is_secret = field is not None and field.group is None and field.secret
    if field is not None and is_secret and error["type"] not in _DISCREET:
        return f"{field.help or 'a value that its type accepts'} (no more is said of a secret)"
    text = error["msg"]
    for prefix in _PREFIXES:
        text = text.removeprefix(prefix)
    for secret in secrets:
        text = text.replace(secret, MASK)
    return text


@lru_cache(maxsize=1024)
def adapter(annotation: Any) -> TypeAdapter[object]:
    """Make what reads values of a type, once."""
    from pydantic import TypeAdapter

    return TypeAdapter(annotation)


def _attempt(model: type, values: object) -> tuple[object, list[ErrorDetails]]:
    from pydantic import ValidationError

    try:
        return adapter(model).validate_python(values), []
    except ValidationError as error:
        return None, error.errors(include_url=False, include_context=False)
    except Exception as error:
        # Its words may quote a secret.
        words = f"what the checks of its model accept; one raised {type(error).__name__}"
        return None, [{"type": "value_error", "loc": (), "msg": words, "input": None}]


def _prefilled(values: Values, group: Group) -> Values:
    filled = dict(values)
    for field in group.fields:
        inner = filled.get(field.key, {} if field.required and not field.nullable else None)
        if field.group is not None and isinstance(inner, dict):
            filled[field.key] = _prefilled(inner, field.group)
    return filled


def _as_written(values: Values, group: Group, written: Written, above: Key) -> Values:
    """Put the text for a number where text or a decimal is asked for, before any code of the model sees it."""
    for field in group.fields:
        value, path = values.get(field.key), (*above, field.key)
        if field.group is not None and isinstance(value, dict):
            values = {**values, field.key: _as_written(value, field.group, written, path)}
        elif field.textual and isinstance(value, int | float):
            values = {**values, field.key: written(path) or value}
    return values


def _texts(errors: list[ErrorDetails], values: Values, group: Group, written: Written) -> dict[Key, str]:
    texts: dict[Key, str] = {}
    for error in errors:
        path = _path(error["loc"], values, group)
        if error["type"] in _TEXTUAL and isinstance(value_at(values, path), _WRITTEN):
            text = written(path)
            if text:
                texts[path] = text
    return texts


def _mistakes(errors: list[ErrorDetails], values: Values, group: Group) -> Iterator[Mistake]:
    secrets = list(_secrets(values, group))
    expected: dict[tuple[Key, bool], list[str]] = {}
    for error in errors:
        path = _path(error["loc"], values, group)
        if error["type"] == "missing" and error["loc"] and path[-1:] != error["loc"][-1:]:
            path = (*path, error["loc"][-1])
        field = group.at(path)
        text = expectation(error, field, secrets)
        expected.setdefault((path, error["type"] == "missing"), []).append(text)
    for (path, is_missing), texts in expected.items():
        yield Mistake(path, is_missing, "" if is_missing else " or ".join(dict.fromkeys(texts)))


def _path(loc: tuple[int | str, ...], values: object, group: Group) -> Key:
    path: list[int | str] = []
    inside: Group | None = group
    for step in loc:
        field = inside.find(str(step)) if inside is not None else None
        if field is not None:
            step, inside = field.key, field.group
        elif not holds(values, (step,)):
            # A mark of pydantic's own, such as the arm of a union.
            continue
        path.append(step)
        values = value_at(values, (step,))
    return tuple(path)


def _secrets(values: Values, group: Group) -> Iterator[str]:
    for path, field in group.leaves():
        if field.secret:
            yield from _leaf_texts(value_at(values, path))


def _leaf_texts(value: object) -> Iterator[str]:
    if isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _leaf_texts(inner)
    elif value not in (None, ""):
        yield str(value)
