"""What the user of ``tools/test.py`` asks for."""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass

from tools import checks
from tools.demonstration import split

# More at a time would only wait for each other's servers.
JOBS = min(2, os.cpu_count() or 1)


@dataclass(frozen=True, slots=True)
class Wish:
    """
    What the user asked for.

    Parameters
    ----------
    names : tuple of str
        Parts and areas; none means all of them and the checks of the whole.
    everywhere : bool
        Whether to test on all the Pythons, too.
    allow_missing : bool
        Whether a missing server or Python is no failure.
    given : tuple of str
        Arguments for pytest.
    jobs : int
        How many steps run at the same time.

    Examples
    --------
    >>> Wish.of(["config", "--", "-k", "origin"], ["config", "pg"])
    Wish(names=('config',), everywhere=False, allow_missing=False, given=('-k', 'origin'), jobs=1)
    """

    names: tuple[str, ...]
    everywhere: bool
    allow_missing: bool
    given: tuple[str, ...]
    jobs: int = 1

    @classmethod
    def of(cls, arguments: Sequence[str], folders: Sequence[str]) -> "Wish":
        """
        Read the command line.

        Parameters
        ----------
        arguments : sequence of str
            The arguments of the command line.
        folders : sequence of str
            The parts that there are.

        Returns
        -------
        Wish
            What it asks for.

        Raises
        ------
        SystemExit
            When it cannot be read.

        Examples
        --------
        >>> Wish.of(["--all"], ["pg"]).everywhere
        True
        """
        own, given = split(arguments)
        names = [*folders, *checks.AREAS]
        ask = argparse.ArgumentParser(
            prog="tools/test.py",
            description="Check style, types, arrows, pins and docs; run the tests, and judge their coverage.",
            epilog="Arguments behind -- go to pytest; coverage is not judged then: tools/test.py pg -- -x",
        )
        ask.add_argument("names", nargs="*", metavar="PART", help=f"only this: {', '.join(names)}")
        ask.add_argument("--all", action="store_true", help="on all the Pythons, too, and the wheels")
        ask.add_argument(
            "--allow-missing", action="store_true", help="missing servers or Pythons are no failure"
        )
        ask.add_argument(
            "-j", "--jobs", type=int, help=f"steps at the same time (here: {JOBS}, of one part 1)"
        )
        read = ask.parse_args(own)
        unknown = [name for name in read.names if name not in names]
        if unknown:
            ask.error(f"there is no part {', '.join(unknown)}; there are {', '.join(names)}")
        chosen = tuple(dict.fromkeys(read.names))
        jobs = read.jobs or (1 if len(chosen) == 1 else JOBS)
        return cls(chosen, read.all, read.allow_missing, tuple(given), jobs)
