"""The application object of a microservice and the way of an event, free of frameworks."""

from cordio_core._app import App
from cordio_core._duration import Duration
from cordio_core._exceptions import (
    CallError,
    CoreError,
    CutError,
    DataError,
    EntrypointError,
    HandlerError,
    PartError,
    StartError,
    StartTimeout,
    Stopped,
    TaskError,
    WorkerError,
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
from cordio_core._settings import AppSettings
from cordio_core._size import Size
from cordio_core._spawned import Spawned
from cordio_core._task_state import TaskCounts, TaskHealth, TaskState
from cordio_core.events import (
    Event,
    HttpEvent,
    InternalEvent,
    QueueEvent,
    RpcEvent,
    ScheduleEvent,
    TopicEvent,
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
    started,
    stopping,
    topic,
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
    "Event",
    "Exit",
    "Failure",
    "HandlerError",
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
    "Size",
    "Spawned",
    "StartError",
    "StartTimeout",
    "Stop",
    "Stopped",
    "Tally",
    "TaskCounts",
    "TaskError",
    "TaskHealth",
    "TaskState",
    "TopicEvent",
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
    "started",
    "stopping",
    "topic",
]
