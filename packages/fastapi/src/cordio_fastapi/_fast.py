"""The way of a request past FastAPI, where its handler needs nothing that FastAPI alone gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from fastapi.exceptions import RequestValidationError
from starlette._utils import get_route_path
from starlette.exceptions import HTTPException
from starlette.requests import Request as NativeRequest
from starlette.types import Scope

from cordio_core import Plan
from cordio_fastapi._exchange import Exchange
from cordio_fastapi._failures import refused, unexpected
from cordio_fastapi._needs import hindered
from cordio_fastapi._route import PlanRoute
from cordio_fastapi._routes import Routes
from cordio_fastapi._way import Way

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["Fast", "ways"]


class Fast:
    """Finds the plan's route that a request leads to, and serves it.

    What is added to the application while it runs is seen.

    Parameters
    ----------
    application : FastAPI
        The application whose routes it serves.
    """

    def __init__(self, application: FastAPI) -> None:
        self._application = application
        self._look()

    def find(self, scope: Scope) -> tuple[PlanRoute, Mapping[str, object]] | None:
        """Find the route of a request.

        Parameters
        ----------
        scope : mapping
            The request's ASGI scope.

        Returns
        -------
        tuple or None
            The route and the values in its path; None if FastAPI has to serve the request.
        """
        application = self._application
        if self._count != len(application.router.routes) or self._layers != len(application.user_middleware):
            self._look()
        if self._hindered:
            return None
        if application.root_path:
            scope["root_path"] = application.root_path
        path = get_route_path(scope) if scope.get("root_path") else scope["path"]
        found = self._routes.find(scope["method"], path, scope)
        return None if found is None or found[0].why else found

    async def serve(
        self, exchange: Exchange, scope: Scope, found: tuple[PlanRoute, Mapping[str, object]]
    ) -> None:
        """Serve a request.

        Parameters
        ----------
        exchange : Exchange
            The exchange.
        scope : mapping
            The request's ASGI scope.
        found : tuple
            What `find` has returned.

        Raises
        ------
        Exception
            What a bare 500 was sent for, so that it is recorded.
        """
        route, values = found
        try:
            await route.serve(exchange, scope, values)
        except (RequestValidationError, HTTPException) as error:
            if exchange.started:
                raise
            native = NativeRequest(scope, exchange.receive, exchange.send)
            await refused(native, error)(scope, exchange.receive, exchange.send)
        except Exception as error:  # whatever it is, it goes on
            if not exchange.started:
                native = NativeRequest(scope, exchange.receive, exchange.send)
                await unexpected(native, error)(scope, exchange.receive, exchange.send)
            raise

    def _look(self) -> None:
        application = self._application
        self._count, self._layers = len(application.router.routes), len(application.user_middleware)
        self._hindered = hindered(application)
        self._routes = Routes(application.router.routes)


def ways(application: FastAPI) -> tuple[Way, ...]:
    """Tell of each handler which way its requests take.

    Parameters
    ----------
    application : FastAPI
        The application.

    Returns
    -------
    tuple of Way
        In the order of the routes.
    """
    common = hindered(application)
    found = ((route, getattr(route, "plan", None)) for route in application.router.routes)
    plans = ((plan, getattr(route, "why", "")) for route, plan in found if isinstance(plan, Plan))
    reasons = ((plan, ", ".join(filter(None, (common, why)))) for plan, why in plans)
    return tuple(Way(plan.event.name, plan.place, not why, why) for plan, why in reasons)
