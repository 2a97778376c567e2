"""What every session begins with: how the server knows it, and JSON as Python's data."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cordio_pg._raw import Raw
    from cordio_pg._settings import PgSettings

__all__ = ["prepared", "server_settings"]


def server_settings(settings: PgSettings) -> dict[str, str]:
    """Return what the server is told at connecting; it comes back to that when a session is reset."""
    told = {"application_name": settings.application_name}
    if settings.search_path is not None:
        told["search_path"] = settings.search_path
    if settings.statement_timeout is not None:
        told["statement_timeout"] = f"{max(1, round(settings.statement_timeout * 1000))}ms"
    return told


async def prepared(raw: Raw) -> None:
    """Have JSON columns and parameters taken for Python's data; that needs no word with the server."""
    for name in ("json", "jsonb"):
        await raw.set_type_codec(name, schema="pg_catalog", encoder=_encoded, decoder=_decoded)


def _encoded(value: object) -> str:
    from pydantic_core import to_json

    return to_json(value).decode()


def _decoded(text: str) -> object:
    from pydantic_core import from_json

    return from_json(text)
