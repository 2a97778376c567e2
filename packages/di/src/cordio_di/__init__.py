"""Service injection for asyncio: services by name and type, started in order and only when used."""

from cordio_di._container import Container
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
from cordio_di._settings import Configuration

__all__ = [
    "Configuration",
    "Container",
    "ContainerInUse",
    "DiError",
    "DuplicateService",
    "Health",
    "ServiceClosed",
    "ServiceUnavailable",
    "StopFailed",
    "WiringError",
    "name",
]
