"""The right with which any caller may ask for the state of an application."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast

from starlette.requests import Request
from starlette.responses import Response

import cordio_core
from cordio_core import EntrypointError, HttpEvent, Plan
from cordio_core.auth import Allow, Auth
from cordio_core.protocols import Container, Log
from cordio_fastapi._answer import finished, rendered
from cordio_fastapi._peers import certificate
from cordio_fastapi._scope import joined
from cordio_fastapi.diagnostics._gate import Refusal

__all__ = ["knowing", "knows_callers", "services"]

_NO_AUTH = "http.diagnostics.right is set, and no handler of the application asks who calls"


async def services(auth: Auth, log: Log) -> tuple[Auth, Log]:
    """Return what tells who asks; the container fills it in."""
    return auth, log


def knows_callers(plans: Iterable[Plan]) -> bool:
    """Tell whether an application asks who calls, so that its callers are known to the service ``auth``.

    Parameters
    ----------
    plans : iterable of Plan
        The ways of its events.

    Returns
    -------
    bool
        Whether one of its handlers is behind `cordio_core.auth.allow`.
    """
    steps = (step.handler for plan in plans for step in plan.chain.before)
    return any(isinstance(getattr(handler, "__self__", None), Allow) for handler in steps)


def knowing(container: Container | None, uses: Iterable[Callable[..., object]], right: str) -> Refusal:
    """Make what refuses callers without a right.

    Parameters
    ----------
    container : Container or None
        Where the services come from.
    uses : iterable of callable
        What the entrypoint has announced to use.
    right : str
        The right.

    Returns
    -------
    callable
        Returns the answer to who has it not; None to who has.

    Raises
    ------
    EntrypointError
        If the application knows no callers.
    """
    if container is None or services not in uses:
        raise EntrypointError("http", _NO_AUTH, "put a handler behind allow(), or take the setting away")
    found, guard = container.inject(services), Allow((right,), basic=True)

    async def refusal(request: Request) -> Response | None:
        auth, log = cast("tuple[Auth, Log]", await found())
        event = HttpEvent(request.method, request.url.path)
        shown, headers = certificate(request.scope), joined(request.scope["headers"])
        asked = cordio_core.Request(event, headers=headers, native=request, certificate=shown)
        answer = await guard.caller(asked, auth, log)
        if isinstance(answer, cordio_core.Response):
            return finished(cast(Response, rendered(answer)), answer, "the diagnostics")
        return None

    return refusal
