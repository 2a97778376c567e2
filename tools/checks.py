"""What a run of the test-suite consists of: its checks as commands, and where the tests lie."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

CODE = ("packages", "tools", "tests-integration", "docs", "conftest.py")
AREAS = {
    "tools": ("tools",),
    "integration": ("tests-integration",),
    "examples": ("docs/examples", "README.rst"),
}
COVERED = 90


@dataclass(frozen=True, slots=True)
class Check:
    """
    A command that is right when it exits with 0.

    Parameters
    ----------
    name : str
        What it checks.
    words : tuple of str
        A program of the environment and its arguments.

    Examples
    --------
    >>> Check("style: black", ("black", "--check", "packages")).words[0]
    'black'
    """

    name: str
    words: tuple[str, ...]


def style(places: Sequence[str]) -> list[Check]:
    """
    Return the checks of style.

    Parameters
    ----------
    places : sequence of str
        Files and folders.

    Returns
    -------
    list of Check
        One for each tool.

    Examples
    --------
    >>> [check.name for check in style(["packages/pg"])]
    ['isort', 'black', 'flake8']
    """
    return [
        Check("isort", ("isort", "--check-only", "--diff", *places)),
        Check("black", ("black", "--check", "--quiet", "--diff", *places)),
        Check("flake8", ("flake8", *places)),
    ]


def whole(root: Path) -> list[Check]:
    """
    Return the checks of the whole repository that are no tests.

    Parameters
    ----------
    root : pathlib.Path
        The root of the repository.

    Returns
    -------
    list of Check
        In the order in which they run.

    Examples
    --------
    >>> [check.name for check in whole(Path("/nowhere"))][-4:]
    ['mypy', 'arrows', 'pins', 'docs']
    """
    return [
        *style(existing(root, CODE)),
        Check("mypy", ("mypy",)),
        Check("arrows", ("lint-imports",)),
        Check("pins", ("python", "-m", "tools.pins")),
        Check(
            "docs",
            ("sphinx-build", "-q", "-n", "-W", "--keep-going", "-d", "build/doctrees", "docs", "build/docs"),
        ),
    ]


def of_parts(folders: Sequence[str]) -> list[Check]:
    """
    Return the checks of some parts that are no tests.

    Parameters
    ----------
    folders : sequence of str
        The parts' folders below ``packages``.

    Returns
    -------
    list of Check
        In the order in which they are listed.

    Examples
    --------
    >>> [check.name for check in of_parts(["pg", "di"])]
    ['isort', 'black', 'flake8', 'mypy']
    """
    homes = [f"packages/{folder}" for folder in folders]
    return [*style(homes), Check("mypy", ("mypy", *homes))]


def existing(root: Path, places: Sequence[str]) -> list[str]:
    """
    Return those of the places that are there.

    Parameters
    ----------
    root : pathlib.Path
        The root of the repository.
    places : sequence of str
        Paths from the root.

    Returns
    -------
    list of str
        In the same order.

    Examples
    --------
    >>> existing(Path("/"), ["nowhere", "tmp"])
    ['tmp']
    """
    return [place for place in places if (root / place).exists()]
