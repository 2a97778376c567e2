"""Events in terms of their protocol, no library's: what a handler can be attached to."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cordio_core.events._event import Event
    from cordio_core.events._http import HttpEvent, delete, get, patch, post, put, route
    from cordio_core.events._internal import InternalEvent, emitted, started, stopping
    from cordio_core.events._message import QueueEvent, RpcEvent, TopicEvent, queue, rpc, topic
    from cordio_core.events._schedule import Overlap, ScheduleEvent, at, cron, every
    from cordio_core.events._sse import SseEvent, sse
    from cordio_core.events._static import StaticEvent, static
    from cordio_core.events._websocket import WebSocketEvent, websocket

__all__ = [
    "Event",
    "HttpEvent",
    "InternalEvent",
    "Overlap",
    "QueueEvent",
    "RpcEvent",
    "ScheduleEvent",
    "SseEvent",
    "StaticEvent",
    "TopicEvent",
    "WebSocketEvent",
    "at",
    "cron",
    "delete",
    "emitted",
    "every",
    "get",
    "patch",
    "post",
    "put",
    "queue",
    "route",
    "rpc",
    "sse",
    "started",
    "static",
    "stopping",
    "topic",
    "websocket",
]

# Imported when first asked for: hardly an application has events of all kinds.
_LATER = {
    "_event": ("Event",),
    "_http": ("HttpEvent", "delete", "get", "patch", "post", "put", "route"),
    "_internal": ("InternalEvent", "emitted", "started", "stopping"),
    "_message": ("QueueEvent", "RpcEvent", "TopicEvent", "queue", "rpc", "topic"),
    "_schedule": ("Overlap", "ScheduleEvent", "at", "cron", "every"),
    "_sse": ("SseEvent", "sse"),
    "_static": ("StaticEvent", "static"),
    "_websocket": ("WebSocketEvent", "websocket"),
}


# Hidden from type checkers, to which it would make every name known.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        for module, names in _LATER.items():
            if name in names:
                value = getattr(import_module(f"{__name__}.{module}"), name)
                globals()[name] = value
                return value
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
