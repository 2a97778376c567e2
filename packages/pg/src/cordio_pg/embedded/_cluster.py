"""Making a cluster, and what must be right in it before a server starts on it."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cordio_pg._embedded_errors import StartFailed
from cordio_pg.embedded._account import Account
from cordio_pg.embedded._binaries import Binaries
from cordio_pg.embedded._place import Place

__all__ = ["Cluster"]

_HBA = """\
local all all trust
host all all 127.0.0.1/32 {method}
"""


@dataclass(frozen=True, slots=True)
class Cluster:
    """The data in a place, with the programs and the account that may touch it."""

    place: Place
    binaries: Binaries
    account: Account

    def make(self, user: str, *, sync: bool, limit: float) -> None:
        """Make an empty cluster: elsewhere first and then renamed, so that there is never half of one."""
        folder = self.place.fresh(self.account)
        options = ("--auth=trust", "--locale=C", "--encoding=UTF8", *(() if sync else ("--no-sync",)))
        self._run(self.binaries.initdb, ("-D", folder, "-U", user, *options), b"", limit)
        folder.rename(self.place.cluster)

    def protect(self, user: str, password: str | None, limit: float) -> None:
        """Say who may come in by the port, and with what password."""
        method = "trust" if password is None else "scram-sha-256"
        self.place.access.write_text(_HBA.format(method=method), "utf-8")
        self.place.access.chmod(0o644)
        if password is not None:
            told = f"alter role {_name(user)} password {_text(password)}\n".encode()
            options = ("--single", "-D", self.place.cluster, "-c", "password_encryption=scram-sha-256")
            self._run(self.binaries.postgres, (*options, "postgres"), told, limit)

    def _run(self, program: Path, options: Iterable[str | Path], told: bytes, limit: float) -> None:
        offset = self.place.trim()
        with self.place.log.open("ab") as log, tempfile.TemporaryFile() as stdin:
            stdin.write(told)
            stdin.seek(0)
            with self.account.popen((program, *options), stdin=stdin, output=log) as process:
                ended = _waited(process, limit)
        if ended != "ended with exit code 0":
            raise StartFailed(self.place.root, f"{program.name} {ended}", self.place.tail(offset))


def _waited(process: subprocess.Popen[bytes], limit: float) -> str:
    try:
        return f"ended with exit code {process.wait(limit)}"
    except subprocess.TimeoutExpired:
        return f"did not end within {limit:g} s"
    finally:
        process.kill()


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _text(text: str) -> str:
    # The single-user mode takes a command a line, so a line break must be written as an escape.
    return "E'" + text.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n") + "'"
