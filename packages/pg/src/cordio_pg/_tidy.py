"""What is done to a connection that comes back, before anybody else gets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordio_pg._statement import CUT, READ_ONLY, SESSION

if TYPE_CHECKING:
    from cordio_pg._lent import Lent
    from cordio_pg._observer import Counters
    from cordio_pg._settings import PgSettings

__all__ = ["Tidier"]


class Tidier:
    """Knows when a session must be tidied, and how."""

    def __init__(self, settings: PgSettings, counters: Counters) -> None:
        self._counters = counters
        self._pooled = settings.pgbouncer
        self._marks = READ_ONLY | (0 if settings.pgbouncer else SESSION)
        self._always = settings.reset == "always" and not settings.pgbouncer

    def needed(self, raw: Lent) -> bool:
        """Tell whether something must be said to the server first."""
        return self._always or bool(raw.traits & self._marks) or raw.is_in_transaction()

    async def tidied(self, raw: Lent, *, wholly: bool = False) -> bool:
        """Undo what is open and forget what the session remembers; tell whether the server takes no writes."""
        if raw.is_in_transaction():
            await raw.execute("rollback")
        refused = raw.traits & READ_ONLY
        if self._pooled:
            # The session belongs to somebody else by now; one answer shows that the call before is over.
            await raw.execute("select 1")
        elif wholly or self._always or raw.traits & SESSION:
            self._counters.resets += 1
            self._counters.count("pg.reset")
            await raw.reset()
        raw.traits &= CUT
        return bool(refused) and await raw.fetchval("show transaction_read_only") == "on"
