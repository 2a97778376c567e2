"""What a type annotation says about a value: its shape, whether it is secret, how help names it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

__all__ = ["Shape", "atoms", "bare", "choices", "is_nullable", "is_text", "shape_of", "structured", "word_for"]

Shape = Literal["scalar", "list", "mapping"]

_WORDS = {int: "INTEGER", float: "FLOAT", bool: "BOOLEAN", str: "TEXT", list: "LIST", dict: "JSON"}


def bare(annotation: object) -> object:
    """Strip names, ``Annotated`` and ``None`` from a type."""
    while hasattr(annotation, "__value__"):
        annotation = annotation.__value__
    if get_origin(annotation) is Annotated:
        return bare(get_args(annotation)[0])
    arms = [arm for arm in _arms(annotation) if arm is not NoneType]
    return bare(arms[0]) if len(arms) == 1 and arms[0] is not annotation else annotation


def is_nullable(annotation: object) -> bool:
    """Tell whether ``None`` is a value of the type."""
    while hasattr(annotation, "__value__"):
        annotation = annotation.__value__
    if get_origin(annotation) is Annotated:
        return is_nullable(get_args(annotation)[0])
    return NoneType in _arms(annotation)


def is_text(annotation: object) -> bool:
    """Tell whether a value is text, or a secret of text."""
    plain = bare(annotation)
    return plain is str or hasattr(plain, "get_secret_value")


def atoms(annotation: object, seen: tuple[object, ...] = ()) -> Iterator[object]:
    """Walk all the types that an annotation is made of; one that holds itself is walked once."""
    annotation = bare(annotation)
    if any(annotation is one for one in seen):
        return
    yield annotation
    for part in get_args(annotation):
        yield from atoms(part, (*seen, annotation))


def shape_of(annotation: object) -> Shape:
    """Tell how text is to be read for a type: as it is, as a list, or as a mapping."""
    plain = bare(annotation)
    shapes = {_shape(arm) for arm in _arms(plain) if arm is not NoneType}
    return shapes.pop() if len(shapes) == 1 else "scalar"


def structured(text: str, shape: Shape) -> object:
    """Read text from a variable or an option: JSON, or a comma-separated list."""
    if shape == "scalar":
        return text
    if shape == "list" and not text.lstrip().startswith("["):
        return [part.strip() for part in text.split(",")] if text.strip() else []
    try:
        value = json.loads(text)
        if "\\u" in text:
            # Half a character (a lone surrogate) is refused here: nothing could print it.
            json.dumps(value, ensure_ascii=False).encode()
        return value
    except (ValueError, RecursionError):
        example = "'[\"a\", \"b\"]' or 'a, b'" if shape == "list" else '\'{"key": "value"}\''
        raise ValueError(f"JSON, as in {example}") from None


def choices(annotation: object) -> tuple[str, ...]:
    """List the values of a ``Literal`` or an enumeration, as one writes them."""
    plain = bare(annotation)
    if get_origin(plain) is Literal:
        return tuple(str(value) for value in get_args(plain))
    if isinstance(plain, type) and issubclass(plain, Enum):
        return tuple(str(member.value) for member in plain)
    return ()


def word_for(annotation: object) -> str:
    """Name a type in help: ``INTEGER``, ``[info|debug]``, ``LIST``."""
    if several := choices(annotation):
        return f"[{'|'.join(several)}]"
    plain = bare(annotation)
    shape = shape_of(plain)
    if shape != "scalar":
        return "LIST" if shape == "list" else "JSON"
    if isinstance(plain, type):
        return _WORDS.get(plain, "TEXT" if hasattr(plain, "get_secret_value") else plain.__name__.upper())
    return "TEXT"


def _arms(annotation: object) -> tuple[object, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def _shape(arm: object) -> Shape:
    plain = bare(arm)
    kind = get_origin(plain) or plain
    if not isinstance(kind, type) or issubclass(kind, str | bytes):
        return "scalar"
    if issubclass(kind, Mapping) or _has_fields(kind):
        return "mapping"
    return "list" if issubclass(kind, Collection) and not issubclass(kind, Enum) else "scalar"


def _has_fields(kind: type) -> bool:
    return hasattr(kind, "__dataclass_fields__") or hasattr(kind, "model_fields")
