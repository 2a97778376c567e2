"""The application object of a microservice and the way of an event, free of frameworks."""

from cordio_core._app import App
from cordio_core._duration import Duration
from cordio_core._exceptions import (
    CoreError,
    DataError,
    EntrypointError,
    HandlerError,
    StartError,
    Stopped,
    TaskError,
)
from cordio_core._failure import Failure
from cordio_core._health import Health
from cordio_core._marking import on
from cordio_core._plan import Plan
from cordio_core._request import Request
from cordio_core._response import Response
from cordio_core._running import Running
from cordio_core._schedule import Schedule
from cordio_core._settings import AppSettings
from cordio_core._size import Size
from cordio_core.events import (
    Event,
    HttpEvent,
    InternalEvent,
    QueueEvent,
    RpcEvent,
    ScheduleEvent,
    TopicEvent,
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
    started,
    stopping,
    topic,
)

__all__ = [
    "App",
    "AppSettings",
    "CoreError",
    "DataError",
    "Duration",
    "EntrypointError",
    "Event",
    "Failure",
    "HandlerError",
    "Health",
    "HttpEvent",
    "InternalEvent",
    "Plan",
    "QueueEvent",
    "Request",
    "Response",
    "RpcEvent",
    "Running",
    "Schedule",
    "ScheduleEvent",
    "Size",
    "StartError",
    "Stopped",
    "TaskError",
    "TopicEvent",
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
    "started",
    "stopping",
    "topic",
]
