"""What the environment was made from, so that the next run knows what has changed since."""

import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

REQUIREMENTS = "requirements.txt"
FIXED = ("python", "root")


@dataclass(frozen=True, slots=True)
class Plan:
    """
    What a set-up has to do.

    Parameters
    ----------
    anew : bool
        The environment is made from nothing.
    pins : bool
        The pinned packages are installed.
    parts : tuple of str
        The folders whose parts are installed.

    Examples
    --------
    >>> bool(Plan(False, False, ())), bool(Plan(False, True, ()))
    (False, True)
    """

    anew: bool
    pins: bool
    parts: tuple[str, ...]

    def __bool__(self) -> bool:
        return self.anew or self.pins or bool(self.parts)


def marks(root: Path) -> dict[str, str]:
    """
    Return a mark of each thing that an environment is made from.

    Parameters
    ----------
    root : pathlib.Path
        The root of the repository.

    Returns
    -------
    dict of str to str
        The running Python, the place, and the digest of each file by its path from the root.

    Examples
    --------
    >>> sorted(marks(Path("/nowhere")))
    ['python', 'root']
    """
    found = {"python": f"{sys.implementation.cache_tag}", "root": str(root)}
    for file in (root / REQUIREMENTS, *sorted(root.glob("packages/*/pyproject.toml"))):
        if file.exists():
            found[file.relative_to(root).as_posix()] = hashlib.sha256(file.read_bytes()).hexdigest()
    return found


def plan(have: Mapping[str, str] | None, want: Mapping[str, str]) -> Plan:
    """
    Compare the marks of an environment with those of the files.

    Parameters
    ----------
    have : mapping of str to str, optional
        The marks of the last finished set-up; none when there is none.
    want : mapping of str to str
        The marks of the files as they are.

    Returns
    -------
    Plan
        What is to be done.

    Examples
    --------
    >>> want = {"python": "cpython-311", "root": "/r", "requirements.txt": "a"}
    >>> want["packages/pg/pyproject.toml"] = "b"
    >>> plan(want, want)
    Plan(anew=False, pins=False, parts=())
    >>> plan(None, want)
    Plan(anew=True, pins=True, parts=('packages/pg',))
    >>> plan({**want, "packages/pg/pyproject.toml": "c"}, want)
    Plan(anew=False, pins=False, parts=('packages/pg',))
    """
    parts = {name: Path(name).parent.as_posix() for name in want if name.startswith("packages/")}
    if have is None or set(have) - set(want) or any(have.get(name) != want[name] for name in FIXED):
        return Plan(True, True, tuple(parts.values()))
    return Plan(
        anew=False,
        pins=have.get(REQUIREMENTS) != want.get(REQUIREMENTS),
        parts=tuple(folder for name, folder in parts.items() if have.get(name) != want[name]),
    )


def read(file: Path) -> dict[str, str] | None:
    """
    Read the marks of the last finished set-up.

    Parameters
    ----------
    file : pathlib.Path
        Where `write` put them.

    Returns
    -------
    dict of str to str, optional
        The marks; none when no set-up has finished.

    Examples
    --------
    >>> read(Path("/nowhere/stamp"))
    """
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return {str(name): str(mark) for name, mark in found.items()} if isinstance(found, dict) else None


def write(file: Path, want: Mapping[str, str]) -> None:
    """
    Keep the marks of a set-up that has finished.

    Parameters
    ----------
    file : pathlib.Path
        Where to.
    want : mapping of str to str
        The marks.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(Path(folder, "stamp"), {"python": "cpython-311"})
    ...     read(Path(folder, "stamp"))
    {'python': 'cpython-311'}
    """
    fresh = file.with_name(f"{file.name}.new")
    fresh.write_text(json.dumps(want, indent=1), "utf-8")
    fresh.replace(file)
