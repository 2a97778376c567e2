"""Events in terms of their protocol, no library's: what a handler can be attached to."""

from cordio_core.events._event import Event
from cordio_core.events._http import HttpEvent, delete, get, patch, post, put, route
from cordio_core.events._internal import InternalEvent, emitted, started, stopping
from cordio_core.events._message import QueueEvent, RpcEvent, TopicEvent, queue, rpc, topic
from cordio_core.events._schedule import Overlap, ScheduleEvent, at, cron, every

__all__ = [
    "Event",
    "HttpEvent",
    "InternalEvent",
    "Overlap",
    "QueueEvent",
    "RpcEvent",
    "ScheduleEvent",
    "TopicEvent",
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
    "started",
    "stopping",
    "topic",
]
