"""The subjects: modules ``tools/bench/<part>/<subject>.py``, each with its comparisons."""

import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.bench.comparison import Comparison
from tools.parts import ROOT
from tools.trouble import Trouble

HOME = ROOT / "tools" / "bench"


def subjects(wanted: Sequence[str] = (), home: Path = HOME) -> list[str]:
    """
    Return the names of the subjects, as ``part/subject``.

    Parameters
    ----------
    wanted : sequence of str
        Parts, or subjects by ``part/subject``; all if there is none.
    home : pathlib.Path
        The folder of the benchmarks.

    Returns
    -------
    list of str
        Sorted.

    Raises
    ------
    tools.trouble.Trouble
        When a wanted name is no part and no subject.
    """
    known = sorted(f"{file.parent.name}/{file.stem}" for file in home.glob("*/[a-z]*.py"))
    for name in wanted:
        if not any(_fits(subject, name) for subject in known):
            raise Trouble(f"There is no benchmark {name!r}.", f"There are: {', '.join(known)}.")
    return [subject for subject in known if not wanted or any(_fits(subject, name) for name in wanted)]


def comparisons(subject: str) -> Iterator[Comparison]:
    """
    Yield the comparisons of a subject.

    Parameters
    ----------
    subject : str
        Its name, as ``part/subject``.

    Yields
    ------
    Comparison
        In the order of the module.
    """
    yield from importlib.import_module(f"tools.bench.{subject.replace('/', '.')}").COMPARISONS


def _fits(subject: str, name: str) -> bool:
    return subject == name or subject.partition("/")[0] == name
