"""How code of the application tells its handlers that something happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordio_core._ground import Ground

if TYPE_CHECKING:
    from cordio_core._response import Response

__all__ = ["Emitting"]


class Emitting(Ground):
    """The room of an application where internal events are emitted."""

    async def emit(
        self, name: str, data: object = None, /, *, background: bool = False
    ) -> tuple[Response, ...]:
        """Tell the handlers of ``emitted(name)``, one after the other in their order.

        Each runs in a layer of its own: what goes wrong in one is judged and recorded there, and keeps
        neither the others nor the caller from going on. They share the services of the event around.

        Parameters
        ----------
        name : str
            The name of the event.
        data : object
            What it tells: plain data, or a value of the type that the handlers want.
        background : bool
            Whether to hand the handlers to a task of the application and return at once: they run in its
            context, not in the scope of the event around, and a stop waits for them as for every task.

        Returns
        -------
        tuple of Response
            What each handler came to; empty if nobody listens, or in the background.

        Raises
        ------
        CoreError
            If the application does not run.
        TaskError
            If there are ``app.tasks`` tasks already.
        DataError
            If the data do not fit a handler; then none was run.
        ValueError
            If the name is none.

        Examples
        --------
        >>> import asyncio
        >>> from cordio_core import App, emitted
        >>> app = App("orders")
        >>> @app.on(emitted("order.placed"))
        ... async def greet(sku: str) -> str:
        ...     return f"thanks for {sku}"
        >>> async def main() -> str:
        ...     async with app.running():
        ...         (response,) = await app.emit("order.placed", {"sku": "A-1"})
        ...     return response.value
        >>> asyncio.run(main())
        'thanks for A-1'
        """
        monitor, internal = self._runtime().monitor, self._assembled().internal
        if internal is None or not internal.hears(name):
            from cordio_core.events import emitted

            emitted(name)  # refuses what nobody can ever listen to
            return ()
        if background:
            self._running_tasks().spawn(internal.handed(monitor, name, data), f"emitted {name}")
            return ()
        return await internal.emit(monitor, name, data)
