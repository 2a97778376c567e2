"""Types as JSON Schema, each model once."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from pydantic import PydanticSchemaGenerationError, TypeAdapter
from pydantic.errors import PydanticInvalidForJsonSchema

if TYPE_CHECKING:
    from pydantic.json_schema import JsonSchemaMode

__all__ = ["Schemas"]

_PLACE = "#/components/schemas/{model}"


class Schemas:
    """Collects types, and then writes them all in one pass, so that equal names of models stay apart."""

    def __init__(self) -> None:
        self._wanted: dict[str, tuple[JsonSchemaMode, TypeAdapter[object]]] = {}

    def add(self, name: str, annotation: object, mode: JsonSchemaMode = "validation") -> None:
        """Take a type under a name; one that pydantic does not know stays undescribed."""
        wanted = object if annotation is inspect.Parameter.empty else annotation
        try:
            # Whatever an annotation is, pydantic decides whether it can read it.
            adapter: TypeAdapter[object] = TypeAdapter(cast("type[object]", wanted))
            adapter.json_schema(mode=mode)
        except (PydanticSchemaGenerationError, PydanticInvalidForJsonSchema):
            return
        self._wanted[name] = mode, adapter

    def written(self) -> tuple[Mapping[str, dict[str, Any]], dict[str, Any]]:
        """Return the schemas by name, and the models that they point to."""
        inputs = [(name, mode, adapter) for name, (mode, adapter) in self._wanted.items()]
        if not inputs:
            return {}, {}
        found, shared = TypeAdapter.json_schemas(inputs, ref_template=_PLACE)
        schemas = {name: dict(schema) for (name, _), schema in found.items()}
        return schemas, dict(shared.get("$defs", {}))
