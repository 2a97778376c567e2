"""The unprivileged account that the server runs as when we are root, since PostgreSQL refuses root."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

__all__ = ["Account"]

_KEPT = ("PATH", "HOME", "TMPDIR", "TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


@dataclass(frozen=True, slots=True)
class Account:
    """Who the server's programs run as; without a user they run as we do."""

    user: int | None = None
    group: int | None = None

    @classmethod
    def fitting(cls) -> Account:
        """Return ``postgres`` or ``nobody`` for root, ourselves otherwise."""
        if os.geteuid() != 0:
            return cls()
        for name in ("postgres", "nobody"):
            with suppress(KeyError):
                entry = pwd.getpwnam(name)
                return cls(entry.pw_uid, entry.pw_gid)
        return cls(65534, 65534)

    def popen(
        self, command: Iterable[str | Path], *, stdin: int | IO[bytes], output: int | IO[bytes]
    ) -> subprocess.Popen[bytes]:
        """Start `command` in a session of its own: Ctrl-C in our terminal is not for it."""
        return subprocess.Popen(
            [os.fspath(word) for word in command],
            stdin=stdin,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=_environment(os.environ),
            start_new_session=True,
            user=self.user,
            group=self.group,
            extra_groups=None if self.user is None else [],
            umask=0o077,
        )

    def enters(self, folder: Path) -> bool:
        """Tell whether the account can pass through `folder`; asked by trying, so that ACLs count."""
        if self.user is None:
            return os.access(folder, os.X_OK)
        trial = ("/bin/sh", "-c", 'cd -- "$1"', "sh", folder)
        return self.popen(trial, stdin=subprocess.DEVNULL, output=subprocess.DEVNULL).wait() == 0

    def own(self, path: Path) -> None:
        """Give `path` to the account."""
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group, follow_symlinks=False)


def _environment(ours: Mapping[str, str]) -> dict[str, str]:
    # Our own PG* variables are about other servers; LC_ALL makes the log one that can be read by all.
    return {name: ours[name] for name in _KEPT if name in ours} | {"LC_ALL": "C"}
