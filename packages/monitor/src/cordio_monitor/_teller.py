"""What a delivery tells of itself: what was dropped, and how the books stand."""

from __future__ import annotations

from time import monotonic, time_ns
from typing import TYPE_CHECKING

from cordio_monitor._books import closing, losses, sampled
from cordio_monitor._record import develop

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cordio_monitor._channel import Channel
    from cordio_monitor._ledger import Account
    from cordio_monitor._raw import Raw

__all__ = ["Teller"]

_LOSSES_EVERY, _BOOKS_EVERY = 1.0, 10.0


class Teller:
    """Tells the sinks about themselves, now and then and at the end; used by the delivering thread.

    Parameters
    ----------
    service : str
        The service that the monitor watches.
    channels : Sequence[Channel]
        The ways to the sinks.
    accounts : Callable[[], dict[str, Account]]
        Returns the state of the books, all at one moment.
    """

    def __init__(
        self, service: str, channels: Sequence[Channel], accounts: Callable[[], dict[str, Account]]
    ) -> None:
        self._service = service
        self._channels = channels
        self._accounts = accounts
        self._with_books = [channel for channel in channels if channel.sink.wants_books]
        self._told: dict[str, int] = {}
        self._losses_next = self._books_next = 0.0

    def announce(self) -> None:
        """Say at the start which sinks get only a part of the traces."""
        self._books_next = monotonic() + _BOOKS_EVERY
        raws = [raw for channel in self._channels for raw in sampled(channel, time_ns())]
        if raws:
            self._report(raws, self._channels)

    def until_next(self) -> float | None:
        """Return after how many seconds there may be something to tell.

        Returns
        -------
        float | None
            The seconds; None if there is nothing.
        """
        if self._is_untold():
            return _LOSSES_EVERY
        return max(self._books_next - monotonic(), 0.0) if self._with_books else None

    def tell(self) -> None:
        """Tell what was dropped and how the books stand, if it is time to."""
        now = monotonic()
        if self._with_books and now >= self._books_next:
            self._tell_books()
        if now >= self._losses_next and self._is_untold():
            self._tell_losses()

    def close(self) -> None:
        """Tell what was dropped, and the state of the books at the end."""
        accounts = self._tell_losses()
        self._report([closing(accounts, time_ns())], self._channels)

    def _is_untold(self) -> bool:
        return any(channel.ledger.dropped != self._told.get(channel.name, 0) for channel in self._channels)

    def _tell_losses(self) -> dict[str, Account]:
        self._losses_next = monotonic() + _LOSSES_EVERY
        accounts = self._accounts()
        self._report(losses(accounts, self._told, time_ns()), self._channels)
        self._told = {name: account.dropped for name, account in accounts.items()}
        return accounts

    def _tell_books(self) -> None:
        """Hand the books to the sinks that want them."""
        self._books_next = monotonic() + _BOOKS_EVERY
        self._report([closing(self._accounts(), time_ns())], self._with_books)

    def _report(self, raws: list[Raw], channels: Sequence[Channel]) -> None:
        records = [develop(raw, self._service) for raw in raws]
        for channel in channels:
            channel.offer(records, force=True)
            channel.wake()
