"""An application in memory, for tests: see ``App.testing``."""

from cordio_core.testing._blocking import Blocking, blocking
from cordio_core.testing._clock import MovableClock
from cordio_core.testing._exchange import Called, Emitted, Published, RecordingExchange
from cordio_core.testing._running import InMemory
from cordio_core.testing._testing import Testing

__all__ = [
    "Blocking",
    "Called",
    "Emitted",
    "InMemory",
    "MovableClock",
    "Published",
    "RecordingExchange",
    "Testing",
    "blocking",
]
