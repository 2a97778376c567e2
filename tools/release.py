"""Give one part its next version: ``.venv/bin/python -m tools.release config minor``."""

import argparse
import datetime
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.parts import ROOT, parts

NUMBERS = ("major", "minor", "patch")
KINDS = (*NUMBERS, "date")
VERSION = re.compile(r'(?m)^version = ".*"$')
REAL = re.compile(r"\d+\.\d+\.\d+|\d{8}\.\d+")


class ReleaseError(Exception):
    """
    A release that cannot be made.

    Parameters
    ----------
    reason : str
        Why, and what to do.

    Examples
    --------
    >>> print(ReleaseError("Commit first."))
    Commit first.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def following(current: str, kind: str, today: datetime.date) -> str:
    """
    Return the version after the current one.

    Parameters
    ----------
    current : str
        The version that the part has: ``1.2.3`` or ``YYYYMMDD.n``.
    kind : str
        Which number grows, or ``date`` for ``YYYYMMDD.n``.
    today : datetime.date
        The day of the release.

    Returns
    -------
    str
        A version that PEP 440 sorts after the current one.

    Raises
    ------
    ReleaseError
        When there is no way from the one to the other: dates are never followed by numbers.

    Examples
    --------
    >>> following("1.2.3", "minor", datetime.date(2026, 11, 24))
    '1.3.0'
    >>> following("1.2.3", "date", datetime.date(2026, 11, 24))
    '20261124.1'
    >>> following("20261124.1", "date", datetime.date(2026, 11, 24))
    '20261124.2'
    """
    if not REAL.fullmatch(current):
        raise ReleaseError(f"{current} is no version of ours; expected 1.2.3 or YYYYMMDD.n.")
    numbers = [int(number) for number in current.split(".")]
    dated = len(numbers) == 2
    if kind == "date":
        day = int(f"{today:%Y%m%d}")
        if dated and numbers[0] > day:
            raise ReleaseError(f"{current} is of a later day than {day}; look at this machine's clock.")
        return f"{day}.{numbers[1] + 1 if dated and numbers[0] == day else 1}"
    if dated:
        raise ReleaseError(f"{current} is a date, and sorts after every other version; go on with `date`.")
    place = NUMBERS.index(kind)
    grown = [*numbers[:place], numbers[place] + 1, *[0] * (2 - place)]
    return ".".join(str(number) for number in grown)


def release(root: Path, folder: str, kind: str, today: datetime.date) -> str:
    """
    Raise a part's version, write its news, commit and tag.

    Parameters
    ----------
    root : pathlib.Path
        The root of the repository.
    folder : str
        The part's folder below ``packages``.
    kind : str
        Which number grows, or ``date``.
    today : datetime.date
        The day of the release.

    Returns
    -------
    str
        The tag, such as ``cordio-config-0.2.0``.

    Raises
    ------
    ReleaseError
        When the part is not there, something is not committed, the tag is taken, or a command fails.
    """
    among = parts(root)
    if folder not in among:
        raise ReleaseError(f"There is no part {folder}; there are {', '.join(among)}.")
    part = among[folder]
    if _run(root, "git", "status", "--porcelain"):
        raise ReleaseError("There are changes that are not committed: commit or put them away first.")
    version = following(part.version, kind, today)
    tag = f"{part.name}-{version}"
    if _run(root, "git", "tag", "--list", tag):
        raise ReleaseError(f"The tag {tag} is there already: raise the version in {part.home} by hand first.")
    file = root / part.home / "pyproject.toml"
    file.write_text(VERSION.sub(f'version = "{version}"', file.read_text("utf-8"), count=1), "utf-8")
    news = ["--config", "towncrier.toml", "--dir", part.home, "--version", version, "--date", f"{today}"]
    _run(root, sys.executable, "-m", "towncrier", "build", "--yes", *news)
    _run(root, "git", "add", "--all", part.home)
    _run(root, "git", "commit", "--message", f"{part.name} {version}")
    _run(root, "git", "tag", "--annotate", tag, "--message", f"{part.name} {version}")
    return tag


def main(arguments: Sequence[str]) -> None:
    """
    Release what the command line names.

    Parameters
    ----------
    arguments : sequence of str
        The part's folder and the kind of version.

    Raises
    ------
    SystemExit
        When the release cannot be made.
    """
    ask = argparse.ArgumentParser(prog="tools.release", description="Give one part its next version.")
    ask.add_argument("part")
    ask.add_argument("kind", choices=KINDS)
    wish = ask.parse_args(arguments)
    try:
        tag = release(ROOT, wish.part, wish.kind, datetime.date.today())
    except ReleaseError as error:
        sys.exit(f"tools.release: {error}")
    print(f"{tag}: look at it, then push it with its tag. Refresh the lock: .venv/bin/tox -e lock")


def _run(root: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    if done.returncode:
        raise ReleaseError(f"`{' '.join(command)}` failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout.strip()


if __name__ == "__main__":
    main(sys.argv[1:])
