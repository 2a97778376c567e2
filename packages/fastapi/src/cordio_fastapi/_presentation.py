"""What the FastAPI application tells of itself: its title, its pages, its document beside the routes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from cordio_core.protocols import Configuration, Runtime
from cordio_fastapi._settings import HttpSettings

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.routing import BaseRoute

__all__ = ["Presentation"]


class Presentation:
    """Completes the OpenAPI document and its pages at each start.

    Parameters
    ----------
    application : callable
        Returns the FastAPI application.
    """

    def __init__(self, application: Callable[[], FastAPI]) -> None:
        self._application = application
        self._pages: list[BaseRoute] = []

    def show(self, runtime: Runtime, settings: HttpSettings, *, guarded: bool) -> None:
        """Tell what there is, in place of what was told at an earlier start.

        Parameters
        ----------
        runtime : Runtime
            The started application.
        settings : HttpSettings
            The section ``http``: whether there are pages, and which limits a request has.
        guarded : bool
            Whether a handler lets only some callers pass.
        """
        from cordio_fastapi._application import name, pages
        from cordio_fastapi._document import complete

        application = self._application()

        complete(application, lambda: _components(application, runtime.configuration, settings, guarded))
        for route in self._pages:
            application.router.routes.remove(route)
        name(application, runtime.name)
        self._pages = pages(application) if settings.docs else []


def _components(
    application: FastAPI, configuration: Configuration, settings: HttpSettings, guarded: bool
) -> Mapping[str, Mapping[str, object]]:
    from cordio_fastapi._declared import describe

    schemas = describe(application, settings)
    if not guarded:
        return {"schemas": schemas}
    from cordio_core.auth import AuthSettings
    from cordio_fastapi._security import secure

    schemes = secure(application, configuration.slice("auth", AuthSettings))
    return {"schemas": schemas, "securitySchemes": schemes}
