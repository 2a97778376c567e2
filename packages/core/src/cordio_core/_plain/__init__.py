"""What an application is made of when no other part is handed in."""

from cordio_core._plain._configuring import PlainConfiguring
from cordio_core._plain._container import PlainContainer
from cordio_core._plain._guard import PlainGuard
from cordio_core._plain._monitoring import PlainMonitoring

__all__ = ["PlainConfiguring", "PlainContainer", "PlainGuard", "PlainMonitoring"]
