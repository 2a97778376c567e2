"""How an application is looked at: its state as data, and a run of it in memory for tests."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from cordio_core._starting import Starting

if TYPE_CHECKING:
    from cordio_core.protocols import Configuration
    from cordio_core.state import State, Versions
    from cordio_core.state._gathering import Fixed
    from cordio_core.testing import Testing

__all__ = ["Insight"]


class Insight(Starting):
    """The room of an application where it is looked at."""

    _fixed: Fixed | None = None

    @cached_property
    def versions(self) -> Versions:
        """Which build runs, on which distributions of CorDio; found at the first use."""
        from cordio_core.state import versions

        root = getattr(self, "root", None)
        return versions(self.name, self._version, root if isinstance(root, Path) else None)

    def state(self) -> State:
        """Tell how the application is, as data: before its start, while it runs, and after its stop.

        Nothing is started or waited for, and no service is asked anything. Secrets are masked: those of the
        configuration as it declares them, and what looks like one anywhere.

        Returns
        -------
        State
            What is known at this moment; ``data()`` of it is ready for JSON.

        Examples
        --------
        >>> from cordio_core import App, get
        >>> app = App("orders", version="1.4.0")
        >>> @app.on(get("/orders/{order_id}"))
        ... async def read(order_id: int) -> str: ...
        >>> found = app.state()
        >>> found.phase, found.versions.service.version, found.handlers[0].event
        ('new', '1.4.0', 'GET /orders/{order_id}')
        """
        from cordio_core.state._gathering import Fixed, Gathering

        running = self._running
        assembly = self._assembly if running is None else running.assembly
        if self._fixed is None or not self._fixed.is_of(assembly):
            self._fixed = Fixed(self._attached, assembly, self.container)
        return Gathering(self.name, self.versions, self._fixed, assembly, self.container, running).state()

    def testing(self, configuration: Configuration | None = None, /, **fakes: object) -> Testing:
        """Run the application in memory, for a test: no listener, no broker, no signals, no drain.

        Parameters
        ----------
        configuration : Configuration or None
            The values in force; composed by the application's scenario unless given.
        **fakes : object
            Objects in the place of services, by their names.

        Returns
        -------
        Testing
            An async context manager: what a test asks of the started application.

        Examples
        --------
        >>> import asyncio
        >>> from cordio_core import App, emitted
        >>> app = App("orders")
        >>> @app.service
        ... def greeting() -> str:
        ...     return "thanks"
        >>> @app.on(emitted("order.placed"))
        ... async def greet(sku: str, greeting: str) -> str:
        ...     return f"{greeting} for {sku}"
        >>> async def main() -> str:
        ...     async with app.testing(greeting="a test") as t:
        ...         return (await t.call(greet, sku="A-1")).value
        >>> asyncio.run(main())
        'a test for A-1'
        """
        from cordio_core.testing import Testing

        return Testing(self, configuration, fakes)
