"""What an application tells of itself over HTTP: its health, state, configuration and metrics."""

from cordio_fastapi.diagnostics._settings import DiagnosticsSettings

__all__ = ["DiagnosticsSettings"]
