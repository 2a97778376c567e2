"""Removing what is left in the state folder of servers whose data folder is gone."""

from __future__ import annotations

import shutil
import signal
from contextlib import suppress
from pathlib import Path

from cordio_pg._embedded_errors import DataInUse
from cordio_pg.embedded import _state
from cordio_pg.embedded._place import Place
from cordio_pg.embedded._process import Postmaster, end
from cordio_pg.embedded._sockets import remove

__all__ = ["sweep"]


def sweep() -> None:
    """End and remove them, except where a process still uses one."""
    for folder in _state.forsaken():
        with suppress(DataInUse, FileNotFoundError), Place(folder).lock(0.0):
            _clear(folder)


def _clear(folder: Path) -> None:
    place = Place(folder)
    if not place.deserted():
        return
    if (found := Postmaster.of(place.cluster)) is not None:
        end(found.pid, signal.SIGINT)
        remove(found.sockets)
    shutil.rmtree(folder)
