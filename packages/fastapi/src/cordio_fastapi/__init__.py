"""HTTP for CorDio applications: handlers served by FastAPI and an embedded uvicorn."""

from cordio_core import Size
from cordio_core.events import delete, get, patch, post, put, route, sse, static, websocket
from cordio_fastapi._entrypoint import HttpEntrypoint
from cordio_fastapi._exceptions import AnswerError, HttpError
from cordio_fastapi._settings import HttpSettings
from cordio_fastapi._way import Way

__all__ = [
    "AnswerError",
    "HttpEntrypoint",
    "HttpError",
    "HttpSettings",
    "Size",
    "Way",
    "delete",
    "get",
    "patch",
    "post",
    "put",
    "route",
    "sse",
    "static",
    "websocket",
]
