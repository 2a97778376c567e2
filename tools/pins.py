"""Check that every declared dependency has a pin within its range, and that both lock files say the same."""

import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.parts import ROOT, parts

CURE = "Refresh them with: .venv/bin/tox -e lock"


def pinned(text: str) -> dict[str, set[str]]:
    """
    Read the pins of a requirements file.

    Parameters
    ----------
    text : str
        The file's text.

    Returns
    -------
    dict of str to set of str
        The versions of each package; several where they differ by Python.

    Examples
    --------
    >>> pinned("# all\\nclick==8.5.1 ; python_version < '4'\\n")
    {'click': {'8.5.1'}}
    """
    found: dict[str, set[str]] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            requirement = Requirement(line)
            versions = {each.version for each in requirement.specifier if each.operator == "=="}
            found.setdefault(canonicalize_name(requirement.name), set()).update(versions)
    return found


def unmet(who: str, requirements: Iterable[str], pins: Mapping[str, set[str]], own: set[str]) -> Iterator[str]:
    """
    Yield a line for each requirement that no pin meets.

    Parameters
    ----------
    who : str
        Who requires it.
    requirements : iterable of str
        What is required.
    pins : mapping of str to set of str
        The pinned versions.
    own : set of str
        The names of the parts, which are not pinned.

    Yields
    ------
    str
        What is wrong.

    Examples
    --------
    >>> list(unmet("cordio-pg", ["asyncpg>=1", "cordio-core<1"], {"asyncpg": {"0.32.0"}}, {"cordio-core"}))
    ['cordio-pg requires asyncpg>=1; pinned: 0.32.0']
    """
    for line in requirements:
        requirement = Requirement(line)
        name = canonicalize_name(requirement.name)
        versions = pins.get(name, set())
        if name not in own and not any(requirement.specifier.contains(version, True) for version in versions):
            yield f"{who} requires {line}; pinned: {', '.join(sorted(versions)) or 'nothing'}"


def faults(root: Path = ROOT) -> Iterator[str]:
    """
    Yield a line for each thing that does not fit.

    Parameters
    ----------
    root : pathlib.Path
        The root of the repository.

    Yields
    ------
    str
        What is wrong.
    """
    pins = pinned((root / "requirements.txt").read_text("utf-8"))
    among = parts(root)
    own = {part.name for part in among.values()}
    for part in among.values():
        extras = (line for lines in part.extras.values() for line in lines)
        yield from unmet(part.name, (*part.dependencies, *extras), pins, own)
    groups = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    for name, lines in groups.items():
        yield from unmet(f"The group {name}", (line for line in lines if isinstance(line, str)), pins, own)
    locked = _locked(root / "poetry.lock")
    for name in sorted(set(pins) | set(locked)):
        if name not in own and pins.get(name) != locked.get(name):
            yield f"{name}: requirements.txt pins {pins.get(name)}, poetry.lock {locked.get(name)}"


def main() -> int:
    """
    Print what does not fit.

    Returns
    -------
    int
        0 when all fits.
    """
    found = list(faults())
    print("\n".join([*found, CURE] if found else ["Every dependency is pinned within its range."]))
    return int(bool(found))


def _locked(file: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for package in tomllib.loads(file.read_text("utf-8"))["package"]:
        found.setdefault(canonicalize_name(package["name"]), set()).add(package["version"])
    return found


if __name__ == "__main__":
    sys.exit(main())
