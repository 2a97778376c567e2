"""Annotations as a parameter has them: resolved one by one, and taken apart."""

from __future__ import annotations

import sys
import types

from cordio_di._name import name
from cordio_di._place import bare, constructor

__all__ = [
    "ANYTHING",
    "EMPTY",
    "Annotation",
    "arguments_of",
    "is_any",
    "is_plain",
    "is_union",
    "origin_of",
    "resolve",
    "split",
    "tells",
    "written",
]


class EMPTY:
    """Stands for no annotation, as ``inspect.Parameter.empty`` does, whose module takes long to import."""


_STANDARD_VALUES = frozenset(
    {"builtins", "collections.abc", "datetime", "decimal", "fractions", "ipaddress", "pathlib", "uuid"}
)


class Annotation:
    """What a parameter wants: a type, and a service's name if a `name` marker gives one."""

    __slots__ = ("name", "type")

    def __init__(self, type: object = EMPTY, name: str | None = None) -> None:
        self.type, self.name = type, name


ANYTHING = Annotation()


def written(annotation: object) -> object:
    """Return an annotation as ``inspect`` tells it; EMPTY for none."""
    inspect = sys.modules.get("inspect")
    return EMPTY if inspect is not None and annotation is inspect.Parameter.empty else annotation


def resolve(annotation: object, target: object, parameter: str) -> object:
    """Evaluate one annotation if it is text, or holds text; raise if it does not resolve."""
    if type(annotation) is type:  # a class: most are, and `get_type_hints` takes long
        return annotation
    from typing import get_type_hints

    holder = types.SimpleNamespace(__annotations__={parameter: annotation})
    globals_, locals_ = _namespaces(bare(target), parameter)
    return get_type_hints(holder, globals_, locals_, include_extras=True)[parameter]


def _namespaces(found: object, parameter: str) -> tuple[dict[str, object], dict[str, object]]:
    owner = _owner(found, parameter) if isinstance(found, type) else found
    module = sys.modules.get(str(getattr(owner, "__module__", "")))
    globals_ = getattr(owner, "__globals__", None) or vars(module or types)
    generic = {str(variable): variable for variable in getattr(found, "__type_params__", ())}
    return globals_, generic


def _owner(found: type, parameter: str) -> object:
    """Return what the annotation of a constructor's parameter was written in."""
    if hasattr(found, "__dataclass_fields__"):
        declaring = (base for base in found.__mro__ if parameter in base.__dict__.get("__annotations__", {}))
        return next(declaring, found)
    return bare(constructor(found))


def origin_of(annotation: object) -> object:
    """Return what ``typing.get_origin`` returns; at once for a class, which has none."""
    if type(annotation) is type:
        return None
    from typing import get_origin

    return get_origin(annotation)


def arguments_of(annotation: object) -> tuple[object, ...]:
    """Return what ``typing.get_args`` returns; at once for a class, which has none."""
    if type(annotation) is type:
        return ()
    from typing import get_args

    return get_args(annotation)


def is_any(annotation: object) -> bool:
    """Tell whether an annotation says nothing, so that it is as good as none."""
    if annotation is EMPTY or annotation is object:
        return True
    if type(annotation) is type:
        return False
    from typing import Any

    return annotation is Any


def split(annotation: object) -> Annotation:
    """Take an annotation apart: without ``Annotated`` and without ``None``."""
    if annotation is EMPTY or annotation is object:
        return ANYTHING
    if type(annotation) is type:
        return Annotation(annotation)
    if type(annotation).__qualname__ == "InitVar":
        annotation = annotation.type  # type: ignore[attr-defined]  # of a dataclass's parameter
    annotation, named = _unmarked(annotation)
    if is_union(annotation):
        annotation, inner = _united(annotation)
        named = named or inner
    return Annotation(EMPTY if is_any(annotation) else annotation, named)


def _united(union: object) -> tuple[object, str | None]:
    from typing import Union

    parts = [_unmarked(part) for part in arguments_of(union) if part is not type(None)]
    names = {named for _, named in parts if named is not None}
    if len(names) > 1:
        raise TypeError(f"it names more than one service: {', '.join(map(repr, sorted(names)))}")
    united = parts[0][0] if len(parts) == 1 else Union[tuple(type_ for type_, _ in parts)]
    return united, next(iter(names), None)


def _unmarked(annotation: object) -> tuple[object, str | None]:
    from typing import Annotated

    if origin_of(annotation) is not Annotated:
        return annotation, None
    annotation, *marks = arguments_of(annotation)
    return annotation, next((mark.value for mark in marks if isinstance(mark, name)), None)


def is_union(annotation: object) -> bool:
    """Tell whether an annotation is ``A | B``."""
    origin = origin_of(annotation)
    if origin is None:
        return False
    from typing import Union

    return origin in (Union, types.UnionType)


def tells(annotation: object) -> bool:
    """Tell whether a service may be found by its type alone: a class, a `NewType`, but no plain value."""
    return annotation is not EMPTY and (hasattr(annotation, "__supertype__") or not is_plain(annotation))


def is_plain(annotation: object) -> bool:
    """Tell whether an annotation means a plain value, such as a number, text or a list, and no service."""
    if annotation is EMPTY:
        return False
    if is_union(annotation):
        return all(is_plain(part) for part in arguments_of(annotation))
    origin = origin_of(annotation) or annotation
    origin = getattr(origin, "__supertype__", origin)
    if not isinstance(origin, type):
        from typing import Literal

        return origin is Literal
    return origin.__module__ in _STANDARD_VALUES or any(base.__module__ == "enum" for base in origin.__mro__)
