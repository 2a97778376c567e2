"""Service injection for asyncio: services by name and type, started in order and only when used."""

from cordio_di._container import Container
from cordio_di._exceptions import (
    ContainerInUse,
    DiError,
    DuplicateService,
    ServiceClosed,
    ServiceUnavailable,
    StillInUse,
    StopFailed,
    WiringError,
)
from cordio_di._name import name

TYPE_CHECKING = False  # here and wherever this comes by: `typing` takes longer to import than all the rest
if TYPE_CHECKING:
    from cordio_di._drawing import Graph, Node
    from cordio_di._health import Health
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
    "StillInUse",
    "StopFailed",
    "WiringError",
    "name",
]

_ROOMS = {
    "Configuration": "_settings",
    "Graph": "_drawing",
    "Health": "_health",
    "Node": "_drawing",
    "Repeating": "_repeating",
    "ServiceScope": "_service_scope",
    "State": "_state",
}


def __dir__() -> list[str]:
    """List all names, imported or not."""
    return sorted({*globals(), *__all__})


def __getattr__(wanted: str) -> object:
    """Import what only a running container makes, or only annotations name, when it is asked for."""
    if wanted not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {wanted!r}")
    from importlib import import_module

    found: object = getattr(import_module(f"{__name__}.{_ROOMS[wanted]}"), wanted)
    globals()[wanted] = found
    return found
