"""The fields of models and dataclasses, as a row's columns can fill them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import AliasChoices, AliasPath, BaseModel, RootModel

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

__all__ = ["Fields", "fields_of"]


@dataclass(frozen=True, slots=True)
class Fields:
    """What a kind takes: each field with the columns that can fill it."""

    names: dict[str, frozenset[str]]
    required: frozenset[str]
    closed: bool

    def faults(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        """Tell what is missing and what is too much, in the order of the fields and columns."""
        there = set(columns)
        lacking = [name for name, ways in self.names.items() if name in self.required and not ways & there]
        known: set[str] = set().union(*self.names.values())
        extra = [column for column in columns if self.closed and column not in known]
        return (
            *(f"no column for the field {name}" for name in lacking),
            *(f"no field for the column {column}" for column in extra),
        )


def fields_of(kind: object) -> Fields | None:
    """Return the fields of a model or a dataclass; None for a scalar, which takes one column."""
    if isinstance(kind, type) and issubclass(kind, BaseModel) and not issubclass(kind, RootModel):
        return _of_model(kind)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return _of_dataclass(kind)
    return None


def _of_model(kind: type[BaseModel]) -> Fields:
    config = kind.model_config
    by_name = bool(config.get("populate_by_name") or config.get("validate_by_name"))
    names = {name: _ways(name, field, by_name) for name, field in kind.model_fields.items()}
    # A validator that comes before all may make one shape of another: pydantic tells what is missing then.
    reshaped = any(
        validator.info.mode != "after" for validator in kind.__pydantic_decorators__.model_validators.values()
    )
    required = {name for name, field in kind.model_fields.items() if field.is_required() and not reshaped}
    return Fields(names, frozenset(required), closed=not reshaped and config.get("extra") in (None, "forbid"))


def _of_dataclass(kind: type) -> Fields:
    made: Iterable[dataclasses.Field[object]] = [field for field in dataclasses.fields(kind) if field.init]
    described: dict[str, FieldInfo] = getattr(kind, "__pydantic_fields__", {})
    names = {
        field.name: (
            _ways(field.name, described[field.name], True)
            if field.name in described
            else frozenset((field.name,))
        )
        for field in made
    }
    absent = dataclasses.MISSING
    required = {
        field.name
        for field in made
        if field.default is absent
        and field.default_factory is absent
        or field.name in described
        and described[field.name].is_required()
    }
    return Fields(names, frozenset(required), closed=True)


def _ways(name: str, field: FieldInfo, by_name: bool) -> frozenset[str]:
    alias = field.validation_alias
    if alias is None:
        return frozenset((name,))
    choices = alias.choices if isinstance(alias, AliasChoices) else [alias]
    columns = {str(one.path[0]) if isinstance(one, AliasPath) else one for one in choices}
    return frozenset(columns | {name}) if by_name else frozenset(columns)
