"""All that is known of one value that can be set: names, type, default, range, help."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from typing import TYPE_CHECKING, cast

from cordio_config._annotation import word_for
from cordio_config._declaration import Declaration
from cordio_config._duration import Duration
from cordio_config._model import UNSET, Field, Group
from cordio_config._names import dotted, variable
from cordio_config._problem import MASK
from cordio_config._prose import plain
from cordio_config._specimen import JsonSchema, specimens

if TYPE_CHECKING:
    import click

__all__ = ["NOTHING", "Setting", "as_data", "as_text", "settings_of"]

TRIES = 300
LONGEST = 1e12
_BOUNDS = {
    "minimum": "≥ {}",
    "exclusiveMinimum": "> {}",
    "maximum": "≤ {}",
    "exclusiveMaximum": "< {}",
    "multipleOf": "a multiple of {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "pattern": "matches {}",
}


class _Nothing:
    def __repr__(self) -> str:
        return "nothing"


NOTHING = _Nothing()


@dataclass(frozen=True)
class Setting:
    """One value that can be set.

    Parameters
    ----------
    path : tuple of str
        Section and key, or the key of a top-level option.
    field : Field
        What the model or the option declares.
    required : bool
        Whether the program cannot do without it.
    variable : str, optional
        Its name in the environment; None if that is not read.
    option : click.Parameter, optional
        The parameter, if it is a top-level option.
    """

    path: tuple[str, ...]
    field: Field
    required: bool
    variable: str | None
    option: click.Parameter | None = None

    @property
    def key(self) -> str:
        """The dotted key."""
        return dotted(self.path)

    @property
    def help(self) -> str:
        """The help in plain words."""
        return plain(self.field.help)

    @cached_property
    def kind(self) -> str:
        """The type, as help names it."""
        if self.option is None:
            return word_for(self.field.annotation)
        from cordio_config._options import word_of

        return word_of(self.option)

    @cached_property
    def default(self) -> object:
        """The default as plain data; `NOTHING` if there is none or it is not known before it is made."""
        if self.option is None:
            known = self.field.default is not UNSET and not self.field.required
            return as_data(self.field.default) if known else NOTHING
        from cordio_config._options import default_of

        return (
            NOTHING
            if self.field.required or callable(self.option.default)
            else as_data(default_of(self.option))
        )

    @cached_property
    def schema(self) -> JsonSchema:
        """The JSON Schema of the type; it is empty where the type has none."""
        if self.option is not None:
            from cordio_config._options import schema_of

            return schema_of(self.option)
        from pydantic.errors import PydanticInvalidForJsonSchema

        from cordio_config._validation import adapter

        try:
            return adapter(self.field.annotation).json_schema()
        except PydanticInvalidForJsonSchema:
            return {}

    @property
    def range(self) -> str:
        """What the type demands beyond its kind, in words."""
        schema = self.schema
        arms = [arm for arm in cast(list[JsonSchema], schema.get("anyOf", [])) if arm.get("type") != "null"]
        whole = arms[0] if len(arms) == 1 else schema
        return ", ".join(words.format(whole[key]) for key, words in _BOUNDS.items() if key in whole)

    @property
    def notes(self) -> list[str]:
        """Type, whether it is required or what it is by default, range, variable."""
        default = (
            [] if self.default is NOTHING or self.default is None else [f"default {self.shown(self.default)}"]
        )
        return [
            self.kind,
            *(["required"] if self.required else default),
            *([self.range] if self.range else []),
            *([f"environment {self.variable}"] if self.variable else []),
        ]

    @property
    def examples(self) -> Iterator[object]:
        """Plausible values that are valid, the best first: what is declared as one, the default, made ones."""
        told = not self.field.secret and self.default not in (NOTHING, None, "inf", "-inf", "nan")
        own = [self.default] if told else []
        tried = chain(map(as_data, self.field.examples), own, specimens(self.schema))
        return (value for value in islice(tried, TRIES) if value is not None and self._takes(value))

    def shown(self, value: object) -> str:
        """Write a value for people; a secret one is masked."""
        return MASK if self.field.secret else as_text(value)

    def _takes(self, value: object) -> bool:
        if self.option is not None:
            from cordio_config._options import converted

            try:
                converted(self.option, value, None, False)
            except ValueError:
                return False
            return True
        from pydantic import ValidationError

        from cordio_config._validation import adapter

        try:
            adapter(self.field.annotation).validate_python(value)
        except (ValidationError, ValueError, TypeError):
            return False
        return True


def settings_of(declaration: Declaration, prefix: str | None) -> Iterator[Setting]:
    """Walk everything that can be set, top-level options first."""
    yield from _of_group(declaration.group, (), True, prefix, declaration)


def _of_group(
    group: Group, above: tuple[str, ...], required: bool, prefix: str | None, declaration: Declaration
) -> Iterator[Setting]:
    for field in sorted(group.fields, key=lambda one: not above and one.group is not None):
        path = (*above, field.key)
        is_section = not above and field.group is not None
        needed = required and (field.required or is_section)
        if field.group is not None:
            yield from _of_group(field.group, path, needed, prefix, declaration)
        else:
            name = None if prefix is None else variable(prefix, path)
            option = None if above else declaration.options.get(field.key)
            yield Setting(path, field, needed, name, option)


def as_data(value: object) -> object:
    """Turn a value into what a file can hold; `NOTHING` if it cannot be told."""
    if isinstance(value, Duration):
        return _span(value)
    from pydantic_core import PydanticSerializationError, to_jsonable_python

    try:
        return _finite(to_jsonable_python(value))
    except (PydanticSerializationError, ValueError):
        return NOTHING


def as_text(value: object) -> str:
    """Write plain data as people write it: text as it is, else JSON."""
    is_plain = isinstance(value, str) and value.strip() == value != "" and value.isprintable()
    return str(value) if is_plain else json.dumps(value, ensure_ascii=False, default=str)


def _finite(data: object) -> object:
    """Write infinity as text, for JSON has no word for it."""
    match data:
        case float() if not math.isfinite(data):
            return str(data)
        case dict():
            return {key: _finite(value) for key, value in data.items()}
        case list():
            return [_finite(value) for value in data]
    return data


def _span(seconds: Duration) -> str:
    left, parts = round(seconds * 1000) if seconds < LONGEST else 0, []
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, left = divmod(left, size)
        parts += [f"{count}{unit}"] if count else []
    text = "".join(parts) or "0s"
    return text if Duration(text) == seconds else repr(float(seconds))
