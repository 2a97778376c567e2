"""Service injection for asyncio: services by name and type, started in order and only when used."""

from cordio_di._container import Container
from cordio_di._drawing import Graph, Node
from cordio_di._exceptions import (
    ContainerInUse,
    DiError,
    DuplicateService,
    ServiceClosed,
    ServiceUnavailable,
    StopFailed,
    WiringError,
)
from cordio_di._health import Health
from cordio_di._name import name
from cordio_di._repeating import Repeating
from cordio_di._service_scope import ServiceScope
from cordio_di._settings import Configuration
from cordio_di._state import State

__all__ = [
    "Configuration",
    "Container",
    "ContainerInUse",
    "DiError",
    "DuplicateService",
    "Graph",
    "Health",
    "Node",
    "Repeating",
    "ServiceClosed",
    "ServiceScope",
    "ServiceUnavailable",
    "State",
    "StopFailed",
    "WiringError",
    "name",
]
