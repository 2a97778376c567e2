"""What asyncpg has, as annotations name it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

__all__ = ["Raw", "Row"]

if TYPE_CHECKING:
    from asyncpg import Connection, Record

    class Row(Record, Mapping[str, Any]):  # type: ignore[misc]  # over its values it goes as a tuple does
        """A row: ``row["sku"]``, ``row[0]``, ``row.keys()``, ``row.items()``."""

    Raw: TypeAlias = Connection[Row]
