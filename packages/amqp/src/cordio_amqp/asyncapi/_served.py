"""The document where people look for it: beside that of HTTP."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from pydantic_core import to_json

from cordio_core import Request, Response

if TYPE_CHECKING:
    from cordio_core.state import Versions

__all__ = ["PATH", "Application", "served"]

PATH = "/asyncapi.json"
_HEADERS = {"content-type": "application/json"}


class Application(Protocol):
    """What is described; an ``App`` is one."""

    @property
    def name(self) -> str: ...

    @property
    def versions(self) -> Versions: ...

    def source(self, kind: str, /) -> Any:
        """Return the source of events of a kind, with its handlers."""
        ...


def served(app: Application) -> Callable[[Request], Coroutine[object, object, Response]]:
    """Return a handler that answers with the document of an application, which is written at the first call.

    Parameters
    ----------
    app : App
        The application.

    Returns
    -------
    callable
        A handler: ``app.on(get(PATH))(served(app))``.

    Examples
    --------
    >>> from cordio_core import App, get
    >>> app = App("orders")
    >>> handler = app.on(get(PATH))(served(app))
    """

    @cache
    def body() -> bytes:
        return to_json(app.source("amqp").document(app.name, app.versions.service.version))

    async def asyncapi(request: Request) -> Response:
        """Tell which messages this service takes and sends (AsyncAPI 3)."""
        return Response(body=body(), headers=_HEADERS)

    return asyncapi
