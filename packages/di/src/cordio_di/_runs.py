"""How a container opens, starts its services, asks how they are, and stops them."""

from __future__ import annotations

from collections.abc import Collection
from types import TracebackType

from cordio_di._app_scope import note
from cordio_di._graph import Handler, refuse
from cordio_di._ground import Ground
from cordio_di._limit import seconds
from cordio_di._wire import MISSING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

    from cordio_di._health import Health
    from cordio_di._state import State

__all__ = ["Runs"]


class Runs(Ground):
    """The room of a container where its services live."""

    async def prepare(self, handlers: Collection[Handler], /) -> None:
        """Start exactly the services that handlers reach, independent ones at the same time.

        Those that live for one event are made by the event; what they need of the application is started.

        Parameters
        ----------
        handlers : collection of callable
            The functions that services are to be injected into.

        Raises
        ------
        WiringError
            If the services do not fit together.
        ServiceUnavailable
            If one does not start; what had started for it is stopped again.
        """
        from cordio_di._waits import together, uninterrupted

        self._app.refuse_elsewhere()
        found = self._reach(handlers)
        refuse(found.problems)
        app = self._app.here()
        new = [slot for slot in map(app.slot, found.of("app")) if slot.life is None]
        try:
            await together([app.slot(service) for service in found.tops("app")])
        except BaseException:
            await uninterrupted(app.end(new))
            raise

    async def health(self, within: str | float = 2.0) -> dict[str, Health]:
        """Ask all started services of the application that have ``async def health(self)``, at the same time.

        One whose start has failed is down, and is tried again, after its cool-down. To be asked is no use: it
        does not put off the stop of an idle service, and none is started for it.

        Parameters
        ----------
        within : str or float
            The limit for each that has none of its own, as ``"500ms"`` or seconds.

        Returns
        -------
        dict of str to Health
            How they are, by name; ``down`` if ``health`` raises or takes too long. One that goes on after its
            limit is not waited for, nor asked again before it ends; leaving the container waits for it.

        Raises
        ------
        ContainerInUse
            If the container is open in another event loop.
        """
        from cordio_di._health import asked

        self._app.refuse_elsewhere()
        known = self._registry.services.values()
        slots = [self._app.here().slot(service) for service in known if service.lifetime == "app"]
        return await asked(slots, seconds(within, "within="), self._app.leave_to_stop)

    def states(self) -> dict[str, State]:
        """Tell where each service that the application makes is in its life.

        Returns
        -------
        dict of str to State
            The states by name; a closed container has started none.

        Examples
        --------
        >>> from cordio_di import Container
        >>> container = Container()
        >>> @container.service
        ... async def pool() -> object: ...
        >>> container.states()["pool"].status
        'never started'
        """
        made = [service for service in self._registry.services.values() if not service.is_ready]
        app = self._app.here()
        return {s.name: app.slot(s).state for s in made if s.lifetime == "app"}

    def standing(self) -> dict[str, object]:
        """Return the objects of the services of the application that are up at this moment; none is started.

        Returns
        -------
        dict of str to object
            The objects by name; a fake in the place of one that it stands for.

        Examples
        --------
        >>> from cordio_di import Container
        >>> Container().standing()
        {}
        """
        app = self._app.here()
        made = (service for service in self._registry.services.values() if service.lifetime == "app")
        found = {service.name: app.slot(service).value for service in made if not service.is_ready}
        return {name: value for name, value in found.items() if value is not MISSING}

    async def __aenter__(self) -> Self:
        """Open the container: services may start from now on, none does yet.

        Returns
        -------
        Container
            Itself.
        """
        self._app.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Wait for calls and scopes that go on; then stop all services, users before what they use.

        Parameters
        ----------
        kind : type or None
            The type of the exception that ends the block.
        error : BaseException or None
            That exception; stops that fail are noted on it.
        trace : TracebackType or None
            Its traceback.

        Raises
        ------
        ExceptionGroup
            Of `StopFailed`, one for each stop that failed, and `StillInUse` if calls or scopes went on.
        """
        from cordio_di._drain import Drain

        failures = await self._app.close(Drain(self._app, self._injected, self._close_within))
        if error is not None:
            note(error, failures)
        elif failures:
            raise ExceptionGroup("services did not stop", failures)
