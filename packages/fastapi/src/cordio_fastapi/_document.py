"""What is added to the components of the OpenAPI document that FastAPI makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["complete"]

_Document = dict[str, Any]


def complete(application: FastAPI, components: Callable[[], Mapping[str, Mapping[str, object]]]) -> None:
    """Let a document have further components, in place of what an earlier call has said.

    Parameters
    ----------
    application : FastAPI
        The application; what it names itself stays as it is.
    components : callable
        Returns the components by kind (``schemas``, ``securitySchemes``) and name; called whenever a document
        is made, before it is.

    Examples
    --------
    >>> from fastapi import FastAPI
    >>> application = FastAPI()
    >>> complete(application, lambda: {"schemas": {"Size": {"type": "integer"}}})
    >>> application.openapi()["components"]
    {'schemas': {'Size': {'type': 'integer'}}}
    """
    made = application.openapi
    original = cast("Callable[[], _Document]", getattr(made, "original", made))

    def openapi() -> _Document:
        if application.openapi_schema is not None:
            return application.openapi_schema
        added = components()
        document = original()
        for kind, found in added.items():
            if found:
                own = document.setdefault("components", {})
                own[kind] = {**found, **own.get(kind, {})}
        return document

    vars(openapi)["original"] = original
    vars(application)["openapi"] = openapi
    application.openapi_schema = None
