"""The entrypoint of notifications."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from cordio_core import CoreError, EntrypointError, HandlerError, StartError
from cordio_core.data import converters
from cordio_core.tls import TlsSettings
from cordio_pg._postgres import Postgres
from cordio_pg._settings import PgSettings
from cordio_pg.events._channels import MissedEvent, NotifyEvent
from cordio_pg.events._hearing import ChannelState, Hearing, channel_of
from cordio_pg.events._lane import Reader

if TYPE_CHECKING:
    from cordio_core import Equipment, Plan
    from cordio_core.protocols import Converter, Runtime
    from cordio_core.tls import Tls

__all__ = ["PgEntrypoint"]


class PgEntrypoint:
    """Serves the handlers of `notify` and `missed`.

    Examples
    --------
    >>> PgEntrypoint().kind
    'pg'
    """

    kind = "pg"
    addresses: Sequence[str] = ()

    def __init__(self) -> None:
        self._readers: dict[str, list[Reader]] = {}
        self._hearings: list[Hearing] = []
        self._converters: Sequence[Converter] | None = None

    @property
    def sections(self) -> Mapping[str, type]:
        """The settings of the databases whose notifications are heard, and of what verifies their servers.

        Returns
        -------
        mapping of str to type
            Their models, by section.
        """
        return {**dict.fromkeys(self._readers, PgSettings), "tls": TlsSettings}

    @property
    def checks(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """What tells of its own health, by name: ``notifications``.

        Returns
        -------
        mapping of str to callable
            Each raises if something is wrong.
        """
        return {"notifications": self._health} if self._hearings else {}

    def equip(self, equipment: Equipment, /) -> None:
        """Take what makes values of plain data.

        Parameters
        ----------
        equipment : Equipment
            What the application is made of.
        """
        self._converters = equipment.converters

    def attach(self, plans: Sequence[Plan], /) -> None:
        """Take plans to run.

        Parameters
        ----------
        plans : sequence of Plan
            Plans of notifications.

        Raises
        ------
        StartError
            If some of them cannot be run; all are told in one error.
        """
        makers = converters() if self._converters is None else self._converters
        problems: list[str] = []
        for plan in plans:
            try:
                self._readers.setdefault(_database(plan), []).append(Reader(plan, makers))
            except StartError as error:
                problems += map(str, error.problems)
            except CoreError as error:
                problems.append(str(error))
        if problems:
            raise StartError(self.kind, problems)

    async def start(self, runtime: Runtime, /) -> None:
        """Listen; a server that is away is waited for while the application is up.

        Parameters
        ----------
        runtime : Runtime
            The started application.

        Raises
        ------
        EntrypointError
            If nothing can be heard by the settings.
        """
        for database, readers in self._readers.items():
            settings = runtime.configuration.slice(database, PgSettings)
            if settings.pgbouncer:
                what = f"hears nothing of {database!r}: behind pgbouncer in transaction mode no session stays"
                raise EntrypointError(self.kind, what, "give the handlers a database=… that goes past it")
            pg = Postgres(settings, trust=self._verified(settings, runtime))
            self._hearings.append(Hearing(database, pg, readers, runtime))
        await asyncio.gather(*(hearing.begun() for hearing in self._hearings))

    async def stop(self, within: float, /) -> None:
        """Hear no more, and let handlers finish what has come.

        Parameters
        ----------
        within : float
            How long they may take, in seconds; then they are cancelled.
        """
        hearings, self._hearings = self._hearings, []
        await asyncio.gather(*(hearing.end(within) for hearing in hearings))

    def state(self) -> Mapping[str, object]:
        """Tell how each channel is: a list of `ChannelState` as ``channels``.

        Returns
        -------
        mapping of str to object
            Before the start and after the end their names alone.
        """
        if self._hearings:
            return {"channels": [state for hearing in self._hearings for state in hearing.states()]}
        known = {(channel_of(each), name): None for name, found in self._readers.items() for each in found}
        return {"channels": [ChannelState(channel, name) for channel, name in known]}

    def _verified(self, settings: PgSettings, runtime: Runtime) -> Tls | None:
        """Return what verifies a server whose settings leave that open."""
        if settings.sslmode != "verify-full":
            return None
        from cordio_core.tls import Tls

        return Tls(runtime.configuration.slice("tls", TlsSettings))

    async def _health(self) -> None:
        for hearing in self._hearings:
            await hearing.health()


def _database(plan: Plan) -> str:
    if isinstance(plan.event, NotifyEvent | MissedEvent):
        return plan.event.database
    raise HandlerError(
        plan.place, f"answers {plan.event.name!r}, which no database tells", "use notify or missed"
    )
