"""The application object of a microservice and the way of an event, free of frameworks."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cordio_core._app import App
    from cordio_core._duration import Duration
    from cordio_core._endings import CallError, CutError, HandlerTimeout, StartTimeout, Stopped, WorkerError
    from cordio_core._equipment import Equipment
    from cordio_core._exceptions import (
        CoreError,
        DataError,
        EntrypointError,
        HandlerError,
        PartError,
        StartError,
        TaskError,
    )
    from cordio_core._exits import Exit
    from cordio_core._failure import Failure
    from cordio_core._health import Health
    from cordio_core._marking import on
    from cordio_core._plan import Plan
    from cordio_core._policy import Degrade, Drop, Restart, Stop
    from cordio_core._report import Part, Report, Tally
    from cordio_core._request import Request
    from cordio_core._response import Response
    from cordio_core._running import Running
    from cordio_core._schedule import Schedule
    from cordio_core._schedule_state import ScheduleState
    from cordio_core._server_sent import ServerSentEvent
    from cordio_core._settings import AppSettings
    from cordio_core._size import Size
    from cordio_core._spawned import Spawned
    from cordio_core._task_state import TaskCounts, TaskHealth, TaskState
    from cordio_core._websocket import SocketClosed, SocketDataError, WebSocket
    from cordio_core.events import (
        Event,
        HttpEvent,
        InternalEvent,
        QueueEvent,
        RpcEvent,
        ScheduleEvent,
        SseEvent,
        StaticEvent,
        TopicEvent,
        WebSocketEvent,
        at,
        cron,
        delete,
        emitted,
        every,
        get,
        patch,
        post,
        put,
        queue,
        route,
        rpc,
        sse,
        started,
        static,
        stopping,
        topic,
        websocket,
    )

__all__ = [
    "App",
    "AppSettings",
    "CallError",
    "CoreError",
    "CutError",
    "DataError",
    "Degrade",
    "Drop",
    "Duration",
    "EntrypointError",
    "Equipment",
    "Event",
    "Exit",
    "Failure",
    "HandlerError",
    "HandlerTimeout",
    "Health",
    "HttpEvent",
    "InternalEvent",
    "Part",
    "PartError",
    "Plan",
    "QueueEvent",
    "Report",
    "Request",
    "Response",
    "Restart",
    "RpcEvent",
    "Running",
    "Schedule",
    "ScheduleEvent",
    "ScheduleState",
    "ServerSentEvent",
    "Size",
    "SocketClosed",
    "SocketDataError",
    "Spawned",
    "SseEvent",
    "StartError",
    "StartTimeout",
    "StaticEvent",
    "Stop",
    "Stopped",
    "Tally",
    "TaskCounts",
    "TaskError",
    "TaskHealth",
    "TaskState",
    "TopicEvent",
    "WebSocket",
    "WebSocketEvent",
    "WorkerError",
    "at",
    "cron",
    "delete",
    "emitted",
    "every",
    "get",
    "on",
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

# Imported when first asked for: a module that only describes events pays for nothing else.
_LATER = {
    "App": "_app",
    "AppSettings": "_settings",
    "CallError": "_endings",
    "CoreError": "_exceptions",
    "CutError": "_endings",
    "DataError": "_exceptions",
    "Degrade": "_policy",
    "Drop": "_policy",
    "Duration": "_duration",
    "EntrypointError": "_exceptions",
    "Equipment": "_equipment",
    "Event": "events",
    "Exit": "_exits",
    "Failure": "_failure",
    "HandlerError": "_exceptions",
    "HandlerTimeout": "_endings",
    "Health": "_health",
    "HttpEvent": "events",
    "InternalEvent": "events",
    "Part": "_report",
    "PartError": "_exceptions",
    "Plan": "_plan",
    "QueueEvent": "events",
    "Report": "_report",
    "Request": "_request",
    "Response": "_response",
    "Restart": "_policy",
    "RpcEvent": "events",
    "Running": "_running",
    "Schedule": "_schedule",
    "ScheduleEvent": "events",
    "ScheduleState": "_schedule_state",
    "ServerSentEvent": "_server_sent",
    "Size": "_size",
    "SocketClosed": "_websocket",
    "SocketDataError": "_websocket",
    "Spawned": "_spawned",
    "SseEvent": "events",
    "StartError": "_exceptions",
    "StartTimeout": "_endings",
    "StaticEvent": "events",
    "Stop": "_policy",
    "Stopped": "_endings",
    "Tally": "_report",
    "TaskCounts": "_task_state",
    "TaskError": "_exceptions",
    "TaskHealth": "_task_state",
    "TaskState": "_task_state",
    "TopicEvent": "events",
    "WebSocket": "_websocket",
    "WebSocketEvent": "events",
    "WorkerError": "_endings",
    "at": "events",
    "cron": "events",
    "delete": "events",
    "emitted": "events",
    "every": "events",
    "get": "events",
    "on": "_marking",
    "patch": "events",
    "post": "events",
    "put": "events",
    "queue": "events",
    "route": "events",
    "rpc": "events",
    "sse": "events",
    "started": "events",
    "static": "events",
    "stopping": "events",
    "topic": "events",
    "websocket": "events",
}


# Hidden from type checkers, to which it would make every name known.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *_LATER})
