"""Makes validated pydantic models read-only, so that one consumer cannot change the values of another."""

from __future__ import annotations

from abc import ABCMeta
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from functools import lru_cache
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, get_origin

from cordio_config._annotation import atoms
from cordio_config._model import is_pydantic

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = ["freeze"]

_SCALARS = (str, bytes, int, float, Enum, date, Path)
_BARE = frozenset({NoneType, Any, dict, list, object, set, tuple})


def freeze(value: object) -> None:
    """Make a model and the models in it read-only; one that is declared frozen is already."""
    if isinstance(value, dict | list | tuple):
        for inner in value.values() if isinstance(value, dict) else value:
            freeze(inner)
        return
    kind = type(value)
    if is_pydantic(kind):
        held = value.__dict__
        for name in _holders(kind):
            freeze(held.get(name))
        if not kind.model_config.get("frozen"):
            object.__setattr__(value, "__class__", _read_only(kind))
    elif is_dataclass(kind):
        for one in fields(kind):
            freeze(getattr(value, one.name, None))


@lru_cache(maxsize=256)
def _holders(model: type[BaseModel]) -> tuple[str, ...]:
    """Name the fields that can hold models: what is plain data is not walked."""
    return tuple(name for name, info in model.model_fields.items() if any(map(_holds, atoms(info.annotation))))


def _holds(atom: object) -> bool:
    """Tell what is not known to be plain data."""
    kind = get_origin(atom) or atom
    return not isinstance(kind, type) or not (kind in _BARE or issubclass(kind, _SCALARS))


@lru_cache(maxsize=256)
def _read_only(model: type[BaseModel]) -> type:
    # pydantic's own metaclass would build the schema once more; the class is to differ in assignment alone.
    body: dict[str, object] = {
        "__slots__": (),
        "__module__": model.__module__,
        "__qualname__": model.__qualname__,
    }
    body |= {"__doc__": model.__doc__, "__hash__": None, "__eq__": _equal, "__reduce_ex__": _reduce}
    body |= {
        "__setattr__": _set,
        "__delattr__": _delete,
        "model_config": {**model.model_config, "frozen": True},
    }
    return ABCMeta.__new__(type(model), model.__name__, (model,), body)


def _declared(instance: BaseModel) -> type[BaseModel]:
    kind = type(instance).__base__
    assert is_pydantic(kind), "the class was made from a model"
    return kind


def _set(self: BaseModel, name: str, value: object) -> None:
    if not name.startswith("_"):
        raise _refusal(self, name, value)
    _declared(self).__setattr__(self, name, value)


def _delete(self: BaseModel, name: str) -> None:
    raise _refusal(self, name, None)


def _refusal(instance: BaseModel, name: str, value: object) -> Exception:
    from pydantic import ValidationError

    return ValidationError.from_exception_data(
        type(instance).__name__, [{"type": "frozen_instance", "loc": (name,), "input": value}], hide_input=True
    )


def _equal(self: BaseModel, other: object) -> bool:
    return isinstance(other, _declared(self)) and self.__dict__ == other.__dict__


def _reduce(self: BaseModel, protocol: int) -> tuple[object, ...]:
    return _restored, (_declared(self), self.__getstate__())


def _restored(model: type[BaseModel], state: dict[object, object]) -> BaseModel:
    instance = model.__new__(model)
    instance.__setstate__(state)
    freeze(instance)
    return instance
