"""The end of an event, or of a scope of the user's own: everything is closed, and what failed is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from cordio_di._app_scope import AppScope, note
from cordio_di._around import enter, leave
from cordio_di._opened import Opened, within
from cordio_di._service import Service
from cordio_di._stock import Stock
from cordio_di._waits import uninterrupted
from cordio_di._wire import MISSING

if TYPE_CHECKING:
    import asyncio

__all__ = ["Closing"]


class Closing(Stock):
    """The room of a scope where its services end."""

    def take(self, services: Iterable[tuple[Service, Opened]]) -> None:
        """Close these too, the last ones first, and after all that was made here."""
        self._opened[:0] = [(self.slot(service), found) for service, found in services]

    def let_go(
        self, owner: AppScope, concerns: Callable[[Service], bool], after: Iterable[asyncio.Task[None]]
    ) -> list[asyncio.Task[None]]:
        """Let stop what was made with the fakes of an override, as far as that concerns it."""
        owned = [
            slot.life for (app, service), slot in self._slots.items() if app is owner and concerns(service)
        ]
        lives = [life for life in owned if life is not None]
        for life in lives:
            life.end(after=after)
        return [life.task for life in lives]

    async def close(self, error: BaseException | None) -> None:
        """Close everything and tell what went wrong; `error` is what ended the scope."""
        self.is_open, self.is_ending = False, True
        token = enter(self.ended())
        try:
            await self._end_lives(error)
            while self._opened:
                await self._close_last(error)
        finally:
            leave(token)
            self.is_ending = False
            self.app.root.scopes.discard(self)
            while self._held:
                self._held.pop().release()
        self._tell(error)

    async def _end_lives(self, error: BaseException | None) -> None:
        lives = [slot.life for slot in self._slots.values() if slot.life is not None]
        for life in lives:
            life.end(error, is_seen=True)
        try:
            await uninterrupted(life.task for life in lives)
        except BaseException as cancelled:  # noqa: B036  # `_tell` raises it when all is closed
            self._failures.append(cancelled)

    async def _close_last(self, error: BaseException | None) -> None:
        slot, found = self._opened.pop()
        slot.put(MISSING)
        try:
            await within(slot.service.stop_within, found.close(error or next(iter(self._failures), None)))
        except BaseException as failure:  # noqa: B036  # `_tell` raises it when all is closed
            self.note(slot.service, failure)

    def _tell(self, error: BaseException | None) -> None:
        """Raise what went wrong while closing, or note it on `error`; a cancellation goes before both."""
        others = [failure for failure in self._failures if isinstance(failure, Exception)]
        if error is None or isinstance(error, Exception):
            for failure in self._failures:
                if not isinstance(failure, Exception):
                    note(failure, others)
                    raise failure
        if error is not None:
            note(error, others)
        elif len(others) == 1:
            raise others[0]
        elif others:
            raise ExceptionGroup(f"services of the {self.name} were not closed", others)
