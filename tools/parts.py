"""The parts of CorDio as their folders and their ``pyproject.toml`` state them."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAME = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Part:
    """
    One distribution of the monorepo.

    Parameters
    ----------
    folder : str
        Its folder below ``packages``.
    name : str
        The name of its distribution.
    version : str
        Its version.
    dependencies : tuple of str
        The requirements that it declares.
    extras : mapping of str to tuple of str
        The requirements of each of its extras.

    Examples
    --------
    >>> part = Part("pg", "cordio-pg", "0.1.0", ("asyncpg>=0.29", "cordio-core[fast]<1"), {})
    >>> list(part.needs())
    ['asyncpg', 'cordio-core']
    """

    folder: str
    name: str
    version: str
    dependencies: tuple[str, ...]
    extras: Mapping[str, tuple[str, ...]]

    @property
    def home(self) -> str:
        """
        The part's folder, from the root of the repository.

        Returns
        -------
        str
            Such as ``packages/pg``.

        Examples
        --------
        >>> Part("pg", "cordio-pg", "0.1.0", (), {}).home
        'packages/pg'
        """
        return f"packages/{self.folder}"

    def needs(self, *extras: str) -> Iterator[str]:
        """
        Yield the names of the distributions that the part requires.

        Parameters
        ----------
        *extras : str
            Extras whose requirements count, too.

        Yields
        ------
        str
            The bare name, without extras and range.

        Examples
        --------
        >>> list(Part("pg", "cordio-pg", "0.1.0", (), {"embedded": ("server>=1",)}).needs("embedded"))
        ['server']
        """
        for requirement in (*self.dependencies, *(line for extra in extras for line in self.extras[extra])):
            found = NAME.match(requirement)
            if found:
                yield found.group()


def parts(root: Path = ROOT) -> dict[str, Part]:
    """
    Read all the parts.

    Parameters
    ----------
    root : pathlib.Path
        The root of the repository.

    Returns
    -------
    dict of str to Part
        Each part by its folder, in the order of the folders' names.

    Examples
    --------
    >>> parts()["config"].name
    'cordio-config'
    """
    return {file.parent.name: _read(file) for file in sorted(root.glob("packages/*/pyproject.toml"))}


def closure(folder: str, among: Mapping[str, Part]) -> set[str]:
    """
    Return the folders of the part and of every CorDio part that it needs, directly or not.

    Parameters
    ----------
    folder : str
        Where to begin.
    among : mapping of str to Part
        All the parts.

    Returns
    -------
    set of str
        The folders, the first one included.

    Examples
    --------
    >>> sorted(closure("amqp", parts()))
    ['amqp', 'core']
    """
    folders = {part.name: part.folder for part in among.values()}
    found: set[str] = set()
    open_: list[str] = [folder]
    while open_:
        here = open_.pop()
        found.add(here)
        beside = {folders[name] for name in among[here].needs() if name in folders}
        open_.extend(beside - found)
    return found


def _read(file: Path) -> Part:
    project = tomllib.loads(file.read_text("utf-8"))["project"]
    extras = project.get("optional-dependencies", {})
    return Part(
        folder=file.parent.name,
        name=project["name"],
        version=project["version"],
        dependencies=tuple(project.get("dependencies", ())),
        extras={name: tuple(lines) for name, lines in extras.items()},
    )
