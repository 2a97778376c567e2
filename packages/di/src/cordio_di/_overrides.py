"""Other objects in the place of a container's services, for tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from cordio_di._app_scope import HERE, put_back
from cordio_di._exceptions import WiringError
from cordio_di._ground import Ground
from cordio_di._need import Need
from cordio_di._service import Service
from cordio_di._shadow import Shadow
from cordio_di._slot import Fake, Slot

__all__ = ["Overrides"]


class Overrides(Ground):
    """The room of a container where tests put their fakes."""

    @contextmanager
    def override(
        self, where: Literal["everywhere", "context"] = "everywhere", /, **fakes: object
    ) -> Iterator[None]:
        """Put other objects in the place of services for a while, as tests do; it nests.

        What was made with the real ones is stopped, and made anew at its next use; the same again at the end.
        In the ``context`` alone, nothing of the others is touched: what reaches a fake is made a second time,
        for this context and the tasks that begin in it, so that tests may run side by side. Scopes that were
        opened before are not joined there.

        Parameters
        ----------
        where : str
            ``everywhere``, or in the running ``context`` alone.
        **fakes : object
            The objects, by the names of the services.

        Yields
        ------
        None
            Nothing; the services are replaced inside the block.

        Raises
        ------
        WiringError
            If there is no service of such a name.

        Examples
        --------
        >>> from cordio_di import Container
        >>> import asyncio
        >>> container = Container()
        >>> container.value("limit", 10)
        >>> @container.inject
        ... async def read(limit: int) -> int:
        ...     return limit
        >>> with container.override(limit=1):
        ...     asyncio.run(read())
        1
        """
        known = {self._known(name): fake for name, fake in fakes.items()}
        with self._here(known) if where == "context" else self._everywhere(known):
            yield

    @contextmanager
    def _everywhere(self, fakes: dict[Service, object]) -> Iterator[None]:
        placed = [(self._app.slot(service), Fake(fake)) for service, fake in fakes.items()]
        slots = [slot for slot, _ in placed]
        for slot, fake in placed:
            slot.fakes.append(fake)
        self._overridden(slots)
        try:
            yield
        finally:
            for slot, fake in placed:
                slot.fakes.remove(fake)
            self._overridden(slots)

    @contextmanager
    def _here(self, fakes: dict[Service, object]) -> Iterator[None]:
        shadow = Shadow(self._app, fakes)
        self._app.shadows.append(shadow)
        self._changed()
        token = HERE.set(shadow)
        try:
            yield
        finally:
            put_back(HERE, token)  # elsewhere, nobody sees it any more: it is over
            tasks = shadow.leave()
            if not tasks:
                self._app.shadows.remove(shadow)
            self._changed()

    def _known(self, name: str) -> Service:
        found = self._registry.find(Need(name))
        if not isinstance(found, Service):
            raise WiringError(
                [f"no service is called {name!r}{self._registry.near(name)}: override one that is"]
            )
        return found

    def _overridden(self, slots: list[Slot]) -> None:
        for slot in slots:
            slot.show()
        self._app.renew(slots)
        self._changed()
