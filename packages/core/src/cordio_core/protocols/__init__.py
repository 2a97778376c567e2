"""What the kernel asks of its parts; a part satisfies these by its shape and need not import them."""

from cordio_core.protocols._asgi import Receive, Scope, Send
from cordio_core.protocols._clock import Clock, Lock
from cordio_core.protocols._configuring import Configuration, Configuring, Traceable, Traced
from cordio_core.protocols._container import Container, Described, Graph, Inspectable, Life, Node, Overridable
from cordio_core.protocols._converter import Converter
from cordio_core.protocols._entrypoint import (
    AsgiEntrypoint,
    CheckedEntrypoint,
    Entrypoint,
    EquippedEntrypoint,
    PausableEntrypoint,
    Runtime,
    SharedEntrypoint,
    TellingEntrypoint,
    UsingEntrypoint,
)
from cordio_core.protocols._guard import Answer, Guard, Outcome, Rendered, TellingGuard
from cordio_core.protocols._monitor import (
    Books,
    Following,
    Incoming,
    Log,
    Measures,
    Measuring,
    Memory,
    Monitor,
    Monitoring,
    Numbers,
    Outgoing,
    Recalled,
    Recalling,
)
from cordio_core.protocols._store import Exchange, Store

__all__ = [
    "Answer",
    "AsgiEntrypoint",
    "Books",
    "CheckedEntrypoint",
    "Clock",
    "Configuration",
    "Configuring",
    "Container",
    "Converter",
    "Described",
    "Entrypoint",
    "EquippedEntrypoint",
    "Exchange",
    "Following",
    "Graph",
    "Guard",
    "Incoming",
    "Inspectable",
    "Life",
    "Lock",
    "Log",
    "Measures",
    "Measuring",
    "Memory",
    "Monitor",
    "Monitoring",
    "Node",
    "Numbers",
    "Outcome",
    "Outgoing",
    "Overridable",
    "PausableEntrypoint",
    "Recalled",
    "Recalling",
    "Receive",
    "Rendered",
    "Runtime",
    "Scope",
    "Send",
    "SharedEntrypoint",
    "Store",
    "TellingEntrypoint",
    "TellingGuard",
    "Traceable",
    "Traced",
    "UsingEntrypoint",
]
