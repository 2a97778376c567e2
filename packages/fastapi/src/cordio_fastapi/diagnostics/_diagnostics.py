"""The diagnostic paths, as one ASGI application in front of the application's own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette._utils import get_route_path
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from cordio_core.protocols import Runtime
from cordio_fastapi._farewell import parting
from cordio_fastapi._problem import problem
from cordio_fastapi._scope import joined
from cordio_fastapi.diagnostics._gate import Gate
from cordio_fastapi.diagnostics._told import Told

__all__ = ["Diagnostics", "Page"]


@dataclass(frozen=True, slots=True)
class Page:
    """One diagnostic path.

    Parameters
    ----------
    path : str
        The path.
    answer : callable
        Answers a request.
    methods : sequence of str
        What it can be asked with.
    guarded : bool
        Whether it is for those alone whom the gate lets pass.
    """

    path: str
    answer: Callable[[Request], Awaitable[Told]]
    methods: Sequence[str] = ("GET", "HEAD")
    guarded: bool = False


class Diagnostics:
    """Answers the diagnostic paths; opens no span and makes no record while all is well.

    Parameters
    ----------
    runtime : Runtime
        The started application.
    pages : sequence of Page
        The paths.
    gate : Gate
        Who may see the guarded ones.
    """

    def __init__(self, runtime: Runtime, pages: Sequence[Page], gate: Gate) -> None:
        self._runtime, self._gate = runtime, gate
        self._pages: dict[str, dict[str, Page]] = {}
        for page in pages:
            self._pages.setdefault(page.path, {}).update(dict.fromkeys(page.methods, page))

    @property
    def paths(self) -> Sequence[str]:
        """The paths that it answers."""
        return tuple(self._pages)

    def asked(self, scope: Scope) -> bool:
        """Tell whether a request is for one of them.

        Parameters
        ----------
        scope : mapping
            The request's ASGI scope.

        Returns
        -------
        bool
            Whether it is.
        """
        return scope["method"] in self._pages.get(_path(scope), ())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer.

        Parameters
        ----------
        scope : mapping
            The request's ASGI scope.
        receive : callable
            Gives the server's next message.
        send : callable
            Takes a message to the server.
        """

        async def parted(message: Message) -> None:
            await send(parting(scope, message) if message["type"] == "http.response.start" else message)

        page, request = self._pages[_path(scope)][scope["method"]], Request(scope, receive)
        told = await self._told(page, request)
        last = send if self._runtime.phase == "up" else parted
        if told.quiet:
            return await told.response(scope, receive, last)
        name, headers = f"{page.methods[0]} {page.path}", joined(scope["headers"])
        with self._runtime.monitor.incoming(name, headers=headers) as span:
            told.record(self._runtime.monitor.log)
            span.answered(told.response.status_code)
            await told.response(scope, receive, last)

    async def _told(self, page: Page, request: Request) -> Told:
        try:
            refusal = await self._gate.refusal(request) if page.guarded else None
            return await page.answer(request) if refusal is None else Told(refusal, quiet=False)
        except Exception as error:  # told as a record; a page that fails stops nothing
            return Told(problem(500), False, "a diagnostic page failed", "error", {"error": error})


def _path(scope: Scope) -> str:
    return get_route_path(scope) if scope.get("root_path") else str(scope["path"])
