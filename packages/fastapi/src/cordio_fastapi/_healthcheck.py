"""The built-in ``/healthcheck``: how the services in use are."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from cordio_core import Health
from cordio_core.protocols import Runtime
from cordio_fastapi._exchange import joined
from cordio_fastapi._farewell import parting

__all__ = ["Healthcheck"]

_TYPE = re.compile(r"([A-Za-z_][\w.]*)(?::|$)", re.ASCII)


class Healthcheck:
    """An ASGI application that asks the services; it opens no span and makes no record unless one is down.

    Parameters
    ----------
    runtime : Runtime
        The started application.
    """

    path = "/healthcheck"

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def asked(self, scope: Scope) -> bool:
        """Tell whether a request is for it.

        Parameters
        ----------
        scope : mapping
            The request's ASGI scope.

        Returns
        -------
        bool
            Whether the path is its own.
        """
        here = scope.get("root_path", "") + self.path
        return scope["path"] in (self.path, here) and scope["method"] in ("GET", "HEAD")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 200 if the application and all its services are up, else 503.

        An application that was told to stop says ``draining`` at once, while it still answers requests.

        Parameters
        ----------
        scope : mapping
            The request's ASGI scope.
        receive : callable
            Gives the server's next message.
        send : callable
            Takes a message to the server.
        """
        if self._runtime.phase != "up":
            return await self._leaving(scope, receive, send)
        services = await self._services()
        down = sorted(name for name, state in services.items() if state["status"] != "up")
        content = {"status": "down" if down else "up", "service": self._runtime.name, "services": services}
        answer = _answer(503 if down else 200, content)
        if not down:
            return await answer(scope, receive, send)
        with self._runtime.monitor.incoming(f"GET {self.path}", headers=joined(scope["headers"])) as span:
            self._runtime.monitor.log.warning("healthcheck failed", down=down)
            span.answered(503)
            await answer(scope, receive, send)

    async def _leaving(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def parted(message: Message) -> None:
            await send(parting(scope, message) if message["type"] == "http.response.start" else message)

        content = {"status": self._runtime.phase, "service": self._runtime.name}
        await _answer(503, content)(scope, receive, parted)

    async def _services(self) -> Mapping[str, Mapping[str, object]]:
        try:
            found = await self._runtime.health()
        except Exception as error:
            return {"*": {"status": "down", "error": type(error).__name__}}
        return {name: _state(health) for name, health in found.items()}


def _state(health: Health) -> Mapping[str, object]:
    state: dict[str, object] = {"status": health.status, "took_ms": round(health.took * 1000, 1)}
    return state if health.error is None else {**state, "error": _type(health.error)}


def _type(error: str) -> str:
    """Return the type of an error from its text; the rest of the text may hold what is secret."""
    found = _TYPE.match(error)
    return found[1] if found else "Error"


def _answer(status: int, content: Mapping[str, object]) -> Response:
    headers = {"cache-control": "no-store"}
    return Response(json.dumps(content, separators=(",", ":")), status, headers, "application/json")
