"""What models declare: pydantic models and frozen dataclasses, seen alike as groups of fields."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Annotated, TypeGuard, get_args, get_origin, get_type_hints

from cordio_config._annotation import Shape, atoms, bare, is_nullable, is_text, shape_of
from cordio_config._exceptions import ConfigError
from cordio_config._names import dotted, fold
from cordio_config._problem import Problem
from cordio_config._was import Was

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

__all__ = ["UNSET", "Field", "Group", "group_of", "is_pydantic", "summary_of"]

_PARAMETER = re.compile(r"^ *(\w+) : .*\n((?: {4,}\S.*\n?)+)", re.MULTILINE)


class _Unset:
    def __repr__(self) -> str:
        return "unset"


UNSET = _Unset()


@dataclass(frozen=True, slots=True)
class Field:
    """One value that can be set, or a group of them."""

    key: str
    names: tuple[str, ...]
    annotation: object = str
    required: bool = False
    default: object = UNSET
    help: str = ""
    secret: bool = False
    shape: Shape = "scalar"
    nullable: bool = False
    textual: bool = False
    group: Group | None = None
    variables: tuple[str, ...] = ()
    was: tuple[str, ...] = ()
    examples: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """The fields of one model; an open one takes keys that it does not declare."""

    fields: tuple[Field, ...]
    open: bool = False
    by_name: Mapping[str, Field] = dataclasses.field(default_factory=dict)

    @classmethod
    def of(cls, name: str, fields: Iterable[Field], is_open: bool = False) -> Group:
        """Make a group; two fields that would be called alike are refused."""
        by_name: dict[str, Field] = {}
        for field in (fields := tuple(fields)):
            for spelled in {fold(one) for one in field.names}:
                if by_name.setdefault(spelled, field) is not field:
                    raise _clash(name, by_name[spelled], field)
        return cls(fields, is_open, by_name)

    def find(self, key: str) -> Field | None:
        """Find a field by any of its spellings."""
        return self.by_name.get(key) or self.by_name.get(fold(key))

    def leaves(self, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Field]]:
        """Walk the values, with their paths."""
        for field in self.fields:
            path = (*above, field.key)
            if field.group is None:
                yield path, field
            else:
                yield from field.group.leaves(path)

    def old_paths(self, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """Spell a path in every way that has an old name in it."""
        steps: list[tuple[str, ...]] = []
        group: Group | None = self
        for step in path:
            field = group.find(step) if group is not None else None
            steps.append((step, *(field.was if field is not None else ())))
            group = field.group if field is not None else None
        yield from (spelled for spelled in product(*steps) if spelled != path)

    def at(self, path: Iterable[str | int]) -> Field | None:
        """Find the field that a path leads to or into."""
        found: Field | None = None
        group: Group | None = self
        for step in path:
            if group is None:
                return found
            found = group.find(str(step))
            group = found.group if found is not None else None
        return found


@lru_cache(maxsize=256)
def group_of(model: type, within: tuple[type, ...] = ()) -> Group:
    """Read what a model declares.

    A model that holds itself is a group only once: further down its value is given as a whole.
    """
    within = (*within, model)
    if is_pydantic(model):
        fields = [_of_pydantic(name, info, model, within) for name, info in model.model_fields.items()]
        return Group.of(model.__name__, fields, model.model_config.get("extra") == "allow")
    if not dataclasses.is_dataclass(model) or not _is_frozen(model):
        raise TypeError(f"{model!r} is no model of a section: take a pydantic model or a frozen dataclass")
    hints = get_type_hints(model, include_extras=True)
    texts = _documented(model)
    told = [one for one in dataclasses.fields(model) if one.init]
    return Group.of(model.__name__, [_of_dataclass(one, hints[one.name], texts, within) for one in told])


def is_pydantic(model: object) -> TypeGuard[type[BaseModel]]:
    """Tell a pydantic model, without importing pydantic for what is none."""
    return (
        isinstance(model, type) and hasattr(model, "__pydantic_validator__") and hasattr(model, "model_fields")
    )


def summary_of(model: type) -> str:
    """Give the first sentence of a model's own docstring."""
    own = model.__dict__.get("__doc__") or ""
    return "" if own.startswith(f"{model.__name__}(") else inspect.cleandoc(own).partition("\n")[0]


def _of_pydantic(name: str, info: FieldInfo, model: type, within: tuple[type, ...]) -> Field:
    default = UNSET if info.is_required() or info.default_factory is not None else info.default
    annotation = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
    text = info.description or _documented(model).get(name, "")
    field = Field(_alias(info) or name, (name,), annotation, info.is_required(), default, text)
    return _analysed(dataclasses.replace(field, examples=tuple(info.examples or ())), within)


def _of_dataclass(
    one: dataclasses.Field[object], annotation: object, texts: Mapping[str, str], within: tuple[type, ...]
) -> Field:
    missing = dataclasses.MISSING
    default = UNSET if one.default is missing else one.default
    required = one.default is missing and one.default_factory is missing
    text = str(one.metadata.get("help", texts.get(one.name, "")))
    secret = bool(one.metadata.get("secret"))
    field = Field(one.name, (one.name,), annotation, required, default, text, secret)
    examples = tuple(one.metadata[key] for key in ("example",) if key in one.metadata)
    return _analysed(
        dataclasses.replace(field, was=_several(one.metadata.get("was")), examples=examples), within
    )


def _analysed(field: Field, within: tuple[type, ...]) -> Field:
    inner = bare(field.annotation)
    nests = _is_model(inner) and inner not in within and not field.secret
    was = (*field.was, *_old_names(field.annotation))
    return dataclasses.replace(
        field,
        was=was,
        names=(field.key, *field.names, *was),
        secret=field.secret or any(_is_secret(atom, within) for atom in atoms(field.annotation)),
        shape=shape_of(field.annotation),
        nullable=is_nullable(field.annotation),
        textual=is_text(field.annotation) or inner is Decimal,
        group=group_of(inner, within) if nests and isinstance(inner, type) else None,
    )


def _old_names(annotation: object) -> tuple[str, ...]:
    marks = get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
    return tuple(name for mark in marks if isinstance(mark, Was) for name in mark.names)


def _several(names: object) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names) if isinstance(names, list | tuple) else ()


def _is_frozen(model: type) -> bool:
    return bool(getattr(getattr(model, "__dataclass_params__", None), "frozen", False))


def _is_model(plain: object) -> bool:
    if is_pydantic(plain):
        return not getattr(plain, "__pydantic_root_model__", False)
    return isinstance(plain, type) and dataclasses.is_dataclass(plain)


def _is_secret(atom: object, within: tuple[type, ...]) -> bool:
    if hasattr(atom, "get_secret_value"):
        return True
    if not isinstance(atom, type) or atom in within or not _is_model(atom):
        return False
    return any(field.secret for _, field in group_of(atom, within).leaves())


def _alias(info: FieldInfo) -> str | None:
    alias = info.validation_alias or info.alias
    several = getattr(alias, "choices", [alias])
    return next((one for one in several if isinstance(one, str)), None)


def _documented(model: type) -> dict[str, str]:
    doc = inspect.cleandoc(model.__dict__.get("__doc__") or "")
    return {name: " ".join(text.split()) for name, text in _PARAMETER.findall(f"{doc}\n")}


def _clash(name: str, one: Field, other: Field) -> ConfigError:
    what = f"{name} declares {one.key!r} and {other.key!r}, which have the same name in files"
    return ConfigError([Problem("declaration", what, dotted((name, other.key)), advice="rename one of them")])
