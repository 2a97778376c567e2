"""The container: the one thing that users of this package hold."""

from __future__ import annotations

from collections.abc import Sequence

from cordio_di._calls import Calls
from cordio_di._checks import Checks
from cordio_di._limit import seconds
from cordio_di._offers import Offers
from cordio_di._overrides import Overrides
from cordio_di._runs import Runs

__all__ = ["Container"]


class Container(Offers, Checks, Calls, Runs, Overrides):
    """Services by name and type, started in order and only when used; an async context manager.

    Parameters
    ----------
    discover : bool
        Whether services that installed distributions announce (entry points of the group
        ``cordio.services``) are found too; one is imported only when something asks for it.
    scopes : sequence of str
        Scopes of one's own between ``app`` and ``event``, wide ones first: such as ``["session"]``.
    close_within : str or float or None
        How long leaving it waits for calls and scopes that go on, as ``"10s"`` or seconds; None for no wait.
        Nothing starts meanwhile. What goes on after that loses its services, and `StillInUse` is raised.

    Examples
    --------
    >>> import asyncio
    >>> container = Container()
    >>> @container.service
    ... async def greeting() -> str:
    ...     return "Hello"
    >>> @container.inject
    ... async def greet(who: str, greeting: str) -> str:
    ...     return f"{greeting}, {who}!"
    >>> async def main() -> str:
    ...     async with container:
    ...         return await greet("world")
    >>> asyncio.run(main())
    'Hello, world!'
    """

    def __init__(
        self, *, discover: bool = True, scopes: Sequence[str] = (), close_within: str | float | None = "10s"
    ) -> None:
        super().__init__(
            discover, scopes, 0.0 if close_within is None else seconds(close_within, "close_within=")
        )
