"""The private folder of the unix socket: short enough for the limit that systems set to such paths."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from pathlib import Path

from cordio_pg.embedded._account import Account

__all__ = ["folder", "remove"]

_LIMIT = 103  # macOS; Linux has 107
_PREFIX = "cordio-pg-"


def folder(account: Account, before: Path | None) -> Path:
    """Return a folder for the socket; the one of `before` if it can be had again."""
    if before is not None and _retaken(before, account):
        return before
    made = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_parent(account)))
    account.own(made)
    return made


def remove(sockets: Path) -> None:
    """Remove such a folder."""
    if sockets.name.startswith(_PREFIX):
        shutil.rmtree(sockets, ignore_errors=True)


def _parent(account: Account) -> str:
    temporary = tempfile.gettempdir()
    short = len(os.fsencode(f"{temporary}/{_PREFIX}12345678/.s.PGSQL.65535")) <= _LIMIT
    return temporary if short and account.enters(Path(temporary)) else "/tmp"


def _retaken(path: Path, account: Account) -> bool:
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        # /tmp is everybody's: take the folder only if it was ours and still is.
        status = path.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid not in (account.user, os.geteuid()):
            return False
        # What a killed server left looks taken as long as anything has its number.
        for left in path.glob(".s.PGSQL.*"):
            left.unlink()
        return True
    account.own(path)
    return True
