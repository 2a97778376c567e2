"""The private server: started when asked for, shared where it runs already, stopped with its last user."""

from __future__ import annotations

import asyncio
import atexit
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Literal, Self
from urllib.parse import quote

from cordio_pg._embedded_errors import DataUnusable
from cordio_pg.embedded._occupancy import Occupancy
from cordio_pg.embedded._process import freeze, thaw

__all__ = ["Server"]


class Server:
    """A private PostgreSQL server as a child process.

    It listens on a unix socket in a private folder, and on a port of 127.0.0.1 when one is given.
    A server that another process started on the same data is shared; it ends with its last user.

    Parameters
    ----------
    data : Path
        The folder it lives in; made when it is not there.
    port : int or None
        The port, if it is to have one.
    user : str
        The superuser.
    password : str or None
        What must be given on the port; without one the port trusts everybody on this machine.
    binaries : Path or None
        The folder of ``initdb`` and ``postgres``; found by itself when not given.
    options : Mapping of str to str or None
        Settings of the server, such as ``{"fsync": "off"}``.
    limit : float
        How many seconds a start may take.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with Server(Path(folder) / "pg", options={"fsync": "off"}) as server:
    ...         server.running
    True
    """

    def __init__(
        self,
        data: Path,
        *,
        port: int | None = None,
        user: str = "postgres",
        password: str | None = None,
        binaries: Path | None = None,
        options: Mapping[str, str] | None = None,
        limit: float = 60.0,
    ) -> None:
        self.data = data
        self.user = user
        self._port = port
        self._password = password
        self._occupancy = Occupancy(data, port, user, password, binaries, dict(options or {}), limit)
        self._process = os.getpid()

    def __repr__(self) -> str:
        return f"Server({str(self.data)!r}, port={self._port!r}, running={self.running})"

    @property
    def running(self) -> bool:
        """Whether the server runs (a paused one does)."""
        return self._occupancy.running

    @property
    def pid(self) -> int:
        """The process of the server."""
        return self._occupancy.server.pid

    @property
    def host(self) -> str:
        """127.0.0.1, or the folder of the socket for a server without a port."""
        return "127.0.0.1" if self._port is not None else str(self._occupancy.server.sockets)

    @property
    def port(self) -> int:
        """The port, or the number in the name of the socket."""
        return self._port if self._port is not None else self._occupancy.server.port

    @property
    def dsn(self) -> str:
        """The address with the password in it, as asyncpg takes it."""
        if self._port is None:
            return (
                f"postgresql://{quote(self.user, '')}@/postgres?host={quote(self.host, '')}&port={self.port}"
            )
        secret = f":{quote(self._password, '')}" if self._password is not None else ""
        return f"postgresql://{quote(self.user, '')}{secret}@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Start the server, or join the one that runs on this data; returns when it takes connections.

        Raises
        ------
        BinariesMissing
            If no PostgreSQL is installed that can read the data.
        StartFailed
            If the server does not come up; the end of its log is in the message.
        DataInUse
            If another process uses the data in another way.
        DataUnusable
            If the folder cannot be used.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     server = Server(Path(folder) / "pg", options={"fsync": "off"})
        ...     server.start()
        ...     server.stop()
        """
        try:
            self._occupancy.begin()
        except OSError as error:
            raise DataUnusable(self.data, f"{error.strerror}: {error.filename or self.data}") from error
        atexit.register(self._at_exit)

    def stop(self, mode: Literal["fast", "immediate"] = "fast") -> None:
        """Stop the server, unless other processes use it too; one that does not stop in time is killed.

        Parameters
        ----------
        mode : {"fast", "immediate"}
            ``immediate`` leaves no time to tidy up: the next start recovers from the log.

        Examples
        --------
        >>> Server(Path("var/pg")).stop()
        """
        atexit.unregister(self._at_exit)
        self._occupancy.leave(mode)

    def kill(self) -> None:
        """End all processes of the server at once, as a crash of the machine would; ``start()`` recovers.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with Server(Path(folder) / "pg", options={"fsync": "off"}) as server:
        ...         server.kill()
        ...         server.running
        False
        """
        self._occupancy.slay()

    def pause(self) -> None:
        """Freeze all processes of the server: it is there, and answers nothing.

        Examples
        --------
        >>> def while_frozen(server: Server, act: Callable[[], None]) -> None:
        ...     server.pause()
        ...     act()
        ...     server.resume()
        """
        freeze(self._occupancy.server.pid)

    def resume(self) -> None:
        """Let a paused server go on.

        Examples
        --------
        >>> def while_frozen(server: Server, act: Callable[[], None]) -> None:
        ...     server.pause()
        ...     act()
        ...     server.resume()
        """
        thaw(self._occupancy.server.pid)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        self._occupancy.abandoned.clear()
        try:
            await self._aside(self.start)
        except asyncio.CancelledError:
            await self._aside(self.stop)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._aside(self.stop)

    async def _aside(self, work: Callable[[], None]) -> None:
        """Do `work` in a thread; a cancellation waits for its end, which a start then brings about soon."""
        task = asyncio.create_task(asyncio.to_thread(work))
        cancelled: asyncio.CancelledError | None = None
        while not task.done():
            try:
                await asyncio.wait([task])
            except asyncio.CancelledError as error:
                cancelled = error
                self._occupancy.abandoned.set()
        if cancelled is not None:
            task.exception()
            raise cancelled
        task.result()

    def _at_exit(self) -> None:
        # A forked child inherits the list of what to do at exit, but not the server.
        if os.getpid() == self._process:
            self.stop()
