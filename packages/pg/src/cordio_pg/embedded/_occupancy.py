"""The use of the data by this process: the server on it is joined or launched, and left or ended."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cordio_pg._embedded_errors import DataInUse, EmbeddedError
from cordio_pg.embedded._account import Account
from cordio_pg.embedded._binaries import Binaries
from cordio_pg.embedded._cluster import Cluster
from cordio_pg.embedded._launch import Launch
from cordio_pg.embedded._place import Place, Presence
from cordio_pg.embedded._probe import answers
from cordio_pg.embedded._process import Postmaster, end, slay
from cordio_pg.embedded._sockets import folder, remove
from cordio_pg.embedded._sweep import sweep

__all__ = ["Occupancy"]

_SIGNALS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}


@dataclass(eq=False, slots=True)
class Occupancy:
    """What a process has of the server on some data; parameters as with `Server`.

    Parameters
    ----------
    data : Path
        The folder.
    port : int or None
        The port.
    user : str
        The superuser.
    password : str or None
        What must be given on the port.
    binaries : Path or None
        The folder of the programs.
    options : Mapping of str to str
        Settings of the server.
    limit : float
        How many seconds a start may take.
    """

    data: Path
    port: int | None
    user: str
    password: str | None
    binaries: Path | None
    options: Mapping[str, str]
    limit: float
    abandoned: threading.Event = field(default_factory=threading.Event)
    _account: Account = field(default_factory=Account.fitting)
    _place: Place | None = None
    _presence: Presence | None = None
    _child: subprocess.Popen[bytes] | None = None
    _found: Postmaster | None = None

    @property
    def running(self) -> bool:
        """Whether the server runs."""
        return self._place is not None and Postmaster.of(self._place.cluster) is not None

    @property
    def server(self) -> Postmaster:
        """The server that was started or joined; raises EmbeddedError before."""
        if self._found is None:
            raise EmbeddedError(f"the PostgreSQL server in {self.data} was not started")
        return self._found

    def begin(self) -> None:
        """Join the server that runs on the data, or launch it."""
        place = self._place = Place.settle(self.data.absolute(), self._account)
        if place.moved:
            sweep()
        with place.lock(self.limit):
            found = Postmaster.of(place.cluster)
            self._found = (found and self._joined(place, found)) or self._launched(place)
            self._presence = self._presence or place.enter()

    def leave(self, mode: str) -> None:
        """Use it no more; the last one ends the server."""
        if self._place is None or self._presence is None:
            return
        try:
            with self._place.lock(self.limit):
                self._left(self._place, self._presence, mode)
        except FileNotFoundError:
            # Somebody removed the folder under the server; it must not stay for ever.
            if self._child is not None:
                self.slay()
                remove(self.server.sockets)

    def slay(self) -> None:
        """Kill all processes of the server."""
        slay(self.server.pid)
        self._reap()

    def _joined(self, place: Place, found: Postmaster) -> Postmaster | None:
        """Share the server of a living process, adopt that of a dead one; None when it had to be ended."""
        orphan = self._presence is None and place.deserted()
        if self._fits(found, orphan) and answers(found.sockets, found.port, self.user, limit=2.0):
            if orphan:
                place.owned()
            return found
        if not orphan:
            reason = (
                f"it does not answer on port {self.port or found.port}; stop that process, or use other data"
            )
            raise DataInUse(place.root, place.owner, reason)
        self._end(found, "fast")
        return None

    def _fits(self, found: Postmaster, orphan: bool) -> bool:
        if orphan and (self.password is not None or self.options):
            return False
        return self.port is None or (found.listens and found.port == self.port)

    def _launched(self, place: Place) -> Postmaster:
        self._reap()
        binaries = Binaries.find(self.binaries, place.version).for_account(self._account)
        cluster = Cluster(place, binaries, self._account)
        if place.version is None:
            cluster.make(self.user, sync=self.options.get("fsync") != "off", limit=self.limit)
        (place.cluster / "postmaster.pid").unlink(missing_ok=True)
        cluster.protect(self.user, self.password, self.limit)
        launch = Launch(cluster, self.user, self.port, self.options, self.limit, self.abandoned)
        sockets = folder(self._account, self._found.sockets if self._found else None)
        try:
            found, self._child = launch.run(sockets)
        except BaseException:
            remove(sockets)
            raise
        place.owned()
        return found

    def _left(self, place: Place, presence: Presence, mode: str) -> None:
        self._presence = None
        if not presence.leave():
            return
        if (found := Postmaster.of(place.cluster)) is not None:
            self._end(found, mode)
        remove(self.server.sockets)

    def _end(self, found: Postmaster, mode: str) -> None:
        end(found.pid, _SIGNALS[mode])
        self._reap()
        remove(found.sockets)

    def _reap(self) -> None:
        if self._child is not None:
            self._child.wait()
            self._child = None
