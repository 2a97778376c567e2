"""The folder in which a server lives, and the locks by which processes agree about it."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cordio_pg._embedded_errors import DataInUse
from cordio_pg.embedded import _state
from cordio_pg.embedded._account import Account
from cordio_pg.embedded._process import servants, slay

__all__ = ["Place", "Presence"]

_NOTE_LIMIT = 10.0
_LOG_LIMIT = 8 * 1024 * 1024


class Presence:
    """A sign that this process uses the server; the system takes it away when the process dies."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def leave(self) -> bool:
        """Take the sign away; tell whether nobody else has one."""
        try:
            return _flocked(self._file)
        finally:
            os.close(self._file)


@dataclass(frozen=True, slots=True)
class Place:
    """The files of one private server.

    ``cluster`` is PostgreSQL's own folder and belongs to the account that the server runs as; all
    else belongs to us.
    """

    root: Path

    @property
    def moved(self) -> bool:
        """Whether it is not where it was asked for."""
        return self.root.parent == _state.ROOT

    @classmethod
    def settle(cls, data: Path, account: Account) -> Place:
        """Make the folder `data`; as root, one elsewhere if the server's account cannot get there."""
        data.mkdir(parents=True, exist_ok=True)
        home = data.resolve()
        if account.enters(home):
            return cls(home)
        with cls(home).lock(_NOTE_LIMIT):
            return cls(_state.moved(home))

    @property
    def cluster(self) -> Path:
        """PostgreSQL's data folder."""
        return self.root / "cluster"

    @property
    def access(self) -> Path:
        """Who may come in; not in the cluster, where the account could plant a link for root to write to."""
        return self.root / "pg_hba.conf"

    @property
    def log(self) -> Path:
        """What the server said."""
        return self.root / "server.log"

    @property
    def version(self) -> str | None:
        """The major version that made the cluster; None before that."""
        try:
            return (self.cluster / "PG_VERSION").read_text("ascii").strip()
        except FileNotFoundError:
            return None

    @property
    def owner(self) -> int | None:
        """The process that started the server or adopted it."""
        try:
            return int((self.root / "owner.pid").read_text("ascii"))
        except (FileNotFoundError, ValueError):
            return None

    def owned(self) -> None:
        """Write down that this process owns the server."""
        (self.root / "owner.pid").write_text(f"{os.getpid()}\n", "ascii")

    @contextmanager
    def lock(self, limit: float) -> Iterator[None]:
        """Be the only process that starts or stops the server."""
        file = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            until = time.monotonic() + limit
            while not _flocked(file):
                if time.monotonic() > until:
                    raise DataInUse(
                        self.root, self.owner, f"it starts or stops the server for over {limit:g} s"
                    )
                time.sleep(0.02)
            yield
        finally:
            os.close(file)

    def enter(self) -> Presence:
        """Use the server."""
        return Presence(self.root / "users")

    def deserted(self) -> bool:
        """Tell whether no process uses the server."""
        return self.enter().leave()

    def fresh(self, account: Account) -> Path:
        """Return an empty folder to make a cluster in; what an interrupted attempt left is removed."""
        for unfinished in self.root.glob("unfinished-*"):
            for pid in servants(unfinished):
                slay(pid)
            shutil.rmtree(unfinished, ignore_errors=True)
        folder = self.root / f"unfinished-{secrets.token_hex(4)}"
        folder.mkdir(mode=0o700)
        account.own(folder)
        return folder

    def tail(self, offset: int, lines: int = 20) -> str:
        """Return the end of what the server said since `offset`."""
        with self.log.open("rb") as log:
            log.seek(offset)
            said = log.read().decode("utf-8", "replace")
        return "\n".join(said.splitlines()[-lines:])

    def trim(self) -> int:
        """Begin the log anew when it is long; return its length."""
        self.log.touch(mode=0o600)
        if self.log.stat().st_size > _LOG_LIMIT:
            os.truncate(self.log, 0)
        return self.log.stat().st_size


def _flocked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
