"""A private PostgreSQL server, kept as a child process: for development and tests."""

from cordio_pg._embedded_errors import BinariesMissing, DataInUse, DataUnusable, EmbeddedError, StartFailed
from cordio_pg.embedded._server import Server

__all__ = ["BinariesMissing", "DataInUse", "DataUnusable", "EmbeddedError", "Server", "StartFailed"]
