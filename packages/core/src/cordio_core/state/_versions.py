"""Which build runs: found without a build step, from what is installed, the environment and the checkout."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import Distribution, PackageNotFoundError, version
from pathlib import Path

from cordio_core.state._dirty import is_dirty
from cordio_core.state._git import checkout

__all__ = ["Build", "Versions", "versions"]

_VERSIONS = ("SERVICE_VERSION", "APP_VERSION")
_DATES = ("BUILD_DATE", "SOURCE_DATE_EPOCH")
_COMMITS = ("GIT_COMMIT", "GIT_SHA", "CI_COMMIT_SHA", "GITHUB_SHA", "SOURCE_VERSION")
_HASH = re.compile(r"[0-9a-f]{7,64}", re.IGNORECASE)
_LOCAL = re.compile(r"\+g([0-9a-f]{7,64})\b")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Build:
    """What is known of one build of a service.

    Parameters
    ----------
    version : str
        Its version; empty if nobody says.
    date : str
        When it was built (RFC 3339), or what the environment says of that; empty if nobody does.
    commit : str
        The hash of its commit; empty if nobody says.
    dirty : bool or None
        Whether tracked files of its checkout differ from the commit; None if there is no checkout, or it
        cannot be told.
    """

    version: str = ""
    date: str = ""
    commit: str = ""
    dirty: bool | None = None


@dataclass(frozen=True, slots=True)
class Versions:
    """A service, and what it stands on.

    Parameters
    ----------
    service : Build
        The service.
    distributions : mapping of str to str
        The versions of the distributions of CorDio that are installed, by name.
    python : str
        The version of Python.
    """

    service: Build = Build()
    distributions: Mapping[str, str] = field(default_factory=dict)
    python: str = ""


def versions(name: str, given: str | None = None, root: Path | None = None) -> Versions:
    """Find out which versions run; what cannot be found is left empty, and nothing is raised.

    The version of the service is the one `given`, that of ``SERVICE_VERSION`` or ``APP_VERSION``, or that of
    the installed distribution with its name. The date is ``BUILD_DATE``, or ``SOURCE_DATE_EPOCH``
    (reproducible-builds.org). The commit is ``GIT_COMMIT``, ``GIT_SHA``, ``CI_COMMIT_SHA``, ``GITHUB_SHA`` or
    ``SOURCE_VERSION``, a version that ends in ``+g`` and a hash, or that of the checkout.

    Parameters
    ----------
    name : str
        The service.
    given : str or None
        Its version, where its code says it.
    root : pathlib.Path or None
        Where its code lies; the working directory unless given.

    Returns
    -------
    Versions
        What was found.

    Examples
    --------
    >>> found = versions("orders", "1.4.0")
    >>> found.service.version, found.distributions["cordio-core"]
    ('1.4.0', '0...')
    """
    named = given or _environment(_VERSIONS) or _installed(name)
    commit, dirty = _commit(named, root)
    build = Build(named[:_LONGEST], _date(), commit, dirty)
    return Versions(build, dict(sorted(_parts())), platform.python_version())


def _commit(named: str, root: Path | None) -> tuple[str, bool | None]:
    said = _environment(_COMMITS)
    local = _LOCAL.search(named)
    if _HASH.fullmatch(said):
        return said.lower(), None
    if local is not None:
        return local[1], None
    try:
        found = checkout((root or Path.cwd()).absolute())
    except OSError:  # the working directory is gone
        found = None
    if found is None:
        return "", None
    is_known = len(found.commit) == 40  # of SHA-256 the index has another form
    return found.commit, is_dirty(found.top, found.folder) if is_known else None


def _date() -> str:
    said = _environment(_DATES)
    if not said.isdigit():
        return said[:_LONGEST]
    try:
        return datetime.fromtimestamp(int(said), UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return ""


def _environment(names: tuple[str, ...]) -> str:
    return next((value.strip() for name in names if (value := os.environ.get(name, "").strip())), "")


def _installed(name: str) -> str:
    try:
        return version(name) or ""
    except (PackageNotFoundError, ValueError):  # it is not installed, or the name is none
        return ""


def _parts() -> Iterator[tuple[str, str]]:
    """Look at the names of folders first: to read the metadata of all that is installed takes too long."""
    for folder in reversed(sys.path):  # so that the first one counts in the end
        for info in sorted(Path(folder or ".").glob("cordio*.*-info")):
            try:
                found = Distribution.at(info)
                named, number = found.metadata["Name"], found.version
            except Exception:  # what is left of a broken installation
                continue
            if isinstance(named, str) and isinstance(number, str) and _is_ours(named):
                yield named.lower().replace("_", "-"), number


def _is_ours(named: str) -> bool:
    return named.lower().replace("_", "-").split("-")[0] == "cordio"
