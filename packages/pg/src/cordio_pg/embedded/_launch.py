"""One start of a server on a cluster, until it takes connections or says why not."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cordio_pg._embedded_errors import StartFailed
from cordio_pg.embedded._cluster import Cluster
from cordio_pg.embedded._probe import answers
from cordio_pg.embedded._process import Postmaster, slay

__all__ = ["Launch"]

_LEFT_OVER = "pre-existing shared memory block"


@dataclass(frozen=True, slots=True)
class Launch:
    """What a server is started with."""

    cluster: Cluster
    user: str
    port: int | None
    options: Mapping[str, str]
    limit: float
    abandoned: threading.Event

    def run(self, sockets: Path) -> tuple[Postmaster, subprocess.Popen[bytes]]:
        """Start the server; while children of a killed one still hold its memory, try again."""
        until = time.monotonic() + self.limit
        while True:
            try:
                return self._spawned(sockets, until)
            except StartFailed as failed:
                if _LEFT_OVER not in failed.log or self.abandoned.wait(0.1) or time.monotonic() > until:
                    raise

    def _spawned(self, sockets: Path, until: float) -> tuple[Postmaster, subprocess.Popen[bytes]]:
        place = self.cluster.place
        offset = place.trim()
        with place.log.open("ab") as log:
            child = self.cluster.account.popen(self._command(sockets), stdin=subprocess.DEVNULL, output=log)
        found = Postmaster(child.pid, self.port or 5432, sockets, self.port is not None)
        try:
            self._await_ready(child, found, offset, until)
        except BaseException:
            slay(found.pid)
            child.wait()
            raise
        return found, child

    def _await_ready(
        self, child: subprocess.Popen[bytes], found: Postmaster, offset: int, until: float
    ) -> None:
        place = self.cluster.place
        while not answers(found.sockets, found.port, self.user, limit=2.0):
            if child.poll() is not None:
                raise StartFailed(
                    place.root, f"it ended with exit code {child.returncode}", place.tail(offset)
                )
            if time.monotonic() > until:
                raise StartFailed(place.root, f"it was not ready within {self.limit:g} s", place.tail(offset))
            if self.abandoned.wait(0.02):
                raise StartFailed(place.root, "it was no longer wanted")

    def _command(self, sockets: Path) -> list[str | Path]:
        settings = {
            "listen_addresses": "" if self.port is None else "127.0.0.1",
            "port": str(self.port or 5432),
            "unix_socket_directories": f'"{sockets}"',
            "unix_socket_permissions": "0700",
            "hba_file": str(self.cluster.place.access),
            "logging_collector": "off",
            **self.options,
        }
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [self.cluster.binaries.postgres, "-D", self.cluster.place.cluster, *words]
