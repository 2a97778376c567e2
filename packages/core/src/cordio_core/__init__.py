"""The application object of a microservice and the way of an event, free of frameworks."""

from cordio_core._app import App
from cordio_core._duration import Duration
from cordio_core._exceptions import CoreError, EntrypointError, HandlerError, StartError, Stopped, TaskError
from cordio_core._failure import Failure
from cordio_core._health import Health
from cordio_core._plan import Plan
from cordio_core._request import Request, Response
from cordio_core._running import Running
from cordio_core._schedule import Schedule
from cordio_core._settings import AppSettings
from cordio_core._size import Size
from cordio_core.events import (
    Event,
    HttpEvent,
    QueueEvent,
    ScheduleEvent,
    delete,
    every,
    get,
    patch,
    post,
    put,
    queue,
)

__all__ = [
    "App",
    "AppSettings",
    "CoreError",
    "Duration",
    "EntrypointError",
    "Event",
    "Failure",
    "HandlerError",
    "Health",
    "HttpEvent",
    "Plan",
    "QueueEvent",
    "Request",
    "Response",
    "Running",
    "Schedule",
    "ScheduleEvent",
    "Size",
    "StartError",
    "Stopped",
    "TaskError",
    "delete",
    "every",
    "get",
    "patch",
    "post",
    "put",
    "queue",
]
