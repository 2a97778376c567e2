"""A PostgreSQL of one's own: port and data are private, and it is gone when its owner is."""

import atexit
import os
import secrets
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from tools.missing import MissingServer, StartFailed
from tools.ports import LOOPBACK, free_ports
from tools.watchdog import Watchdog

INSTALL = "apt-get install -y postgresql"
SWIFT = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class PostgreSQL:
    """
    A private server on the loopback interface, with a password.

    It can be stopped, killed, frozen and started again on the same port with the same data.

    Attributes
    ----------
    host : str
        Where it listens.
    port : int
        The port.
    user : str
        The superuser.
    password : str
        The superuser's password.
    database : str
        The database that is there at the beginning.
    folder : Path
        Where everything it writes is.

    Raises
    ------
    MissingServer
        If PostgreSQL, or the part that starts it, is not here.
    """

    def __init__(self) -> None:
        try:
            from cordio_pg.embedded import Server
        except ImportError:
            raise MissingServer(
                "the part cordio-pg, which starts PostgreSQL,", "pip install -e packages/pg"
            ) from None
        self.host = LOOPBACK
        (self.port,) = free_ports(1)
        self.user = self.database = "postgres"
        self.password = secrets.token_urlsafe(12)
        self.folder = Path(tempfile.mkdtemp(prefix="cordio-postgresql-"))
        self.folder.chmod(0o755)
        self._server = Server(
            self.folder / "data", port=self.port, user=self.user, password=self.password, options=SWIFT
        )
        self._owner = os.getpid()
        self._watchdog = Watchdog(self.folder)
        atexit.register(self.close)

    @property
    def url(self) -> str:
        """The address for clients, with the password."""
        return self._server.dsn

    @property
    def pids(self) -> tuple[int, ...]:
        """The process that runs: the postmaster."""
        return (self._server.pid,) if self.running else ()

    @property
    def running(self) -> bool:
        """Whether the server runs (a frozen one does)."""
        return self._server.running

    def start(self) -> None:
        """
        Start the server and wait until it takes connections.

        Raises
        ------
        MissingServer
            If PostgreSQL is not on this machine.
        StartFailed
            If it ended, or did not answer in time.
        """
        from cordio_pg import embedded

        try:
            self._server.start()
        except embedded.BinariesMissing:
            raise MissingServer("PostgreSQL", INSTALL) from None
        except embedded.StartFailed as failed:
            raise StartFailed("PostgreSQL", failed.reason, failed.log) from failed

    def stop(self) -> None:
        """Let the server end in good order."""
        self._server.stop()

    def kill(self) -> None:
        """End all processes of the server at once, as a crash does."""
        if self.running:
            self._server.kill()

    def freeze(self) -> None:
        """Stop the server's work without closing its connections."""
        self._server.pause()

    def thaw(self) -> None:
        """Let a frozen server go on."""
        self._server.resume()

    def close(self) -> None:
        """Kill the server and remove all that it wrote; a second time does nothing."""
        if os.getpid() != self._owner or not self.folder.exists():
            return
        self.kill()
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        self._watchdog.dismiss()
        atexit.unregister(self.close)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
