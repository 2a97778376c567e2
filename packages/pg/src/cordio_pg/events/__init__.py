"""What databases tell an application, and messages of transactions: notifications, an outbox, an inbox."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from cordio_pg._messages import MessagesMissing, NoTransaction
from cordio_pg.events._made import made
from cordio_pg.events._outbox import Outbox, OutboxBehind, OutboxSettings, OutboxState
from cordio_pg.events._publishing import Publisher

if TYPE_CHECKING:
    from cordio_pg.events._channels import MissedEvent, NotifyEvent, missed, notify
    from cordio_pg.events._entrypoint import PgEntrypoint
    from cordio_pg.events._hearing import ChannelState
    from cordio_pg.events._once import once_per_message

__all__ = [
    "ChannelState",
    "MessagesMissing",
    "MissedEvent",
    "NoTransaction",
    "NotifyEvent",
    "Outbox",
    "OutboxBehind",
    "OutboxSettings",
    "OutboxState",
    "PgEntrypoint",
    "Publisher",
    "made",
    "missed",
    "notify",
    "once_per_message",
]

# These need cordio-core, which an outbox does without.
_OF_APPLICATIONS = {
    "ChannelState": "_hearing",
    "MissedEvent": "_channels",
    "NotifyEvent": "_channels",
    "PgEntrypoint": "_entrypoint",
    "missed": "_channels",
    "notify": "_channels",
    "once_per_message": "_once",
}


# Hidden from type checkers, to which it would make every name known.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _OF_APPLICATIONS:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        try:
            value = getattr(import_module(f"{__name__}.{_OF_APPLICATIONS[name]}"), name)
        except ModuleNotFoundError as error:
            if error.name != "cordio_core":
                raise
            cure = 'pip install "cordio-pg[events]"'
            raise ModuleNotFoundError(
                f"{__name__}.{name} needs cordio-core: {cure}", name=error.name
            ) from error
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
