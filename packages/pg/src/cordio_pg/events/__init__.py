"""Messages that belong to transactions: an outbox that is published, an inbox that handles once."""

from cordio_pg._messages import MessagesMissing, NoTransaction
from cordio_pg.events._made import made
from cordio_pg.events._outbox import Outbox, OutboxBehind, OutboxSettings, OutboxState
from cordio_pg.events._publishing import Publisher

__all__ = [
    "MessagesMissing",
    "NoTransaction",
    "Outbox",
    "OutboxBehind",
    "OutboxSettings",
    "OutboxState",
    "Publisher",
    "made",
]
