"""What ``tools/test.py`` does: every check and every test, whatever fails, and a summary of all."""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools import checks, matrix, report
from tools.demonstration import prepared, split
from tools.environment import Environment
from tools.parts import ROOT, parts
from tools.report import Row
from tools.runner import Runner, Stopped, clean
from tools.step import WIDTH

PYTHON = f"py{sys.version_info[0]}{sys.version_info[1]}"


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

    Examples
    --------
    >>> Wish.of(["config", "--", "-k", "origin"], ["config", "pg"])
    Wish(names=('config',), everywhere=False, allow_missing=False, given=('-k', 'origin'))
    """

    names: tuple[str, ...]
    everywhere: bool
    allow_missing: bool
    given: tuple[str, ...]

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
        read = ask.parse_args(own)
        unknown = [name for name in read.names if name not in names]
        if unknown:
            ask.error(f"there is no part {', '.join(unknown)}; there are {', '.join(names)}")
        return cls(tuple(dict.fromkeys(read.names)), read.all, read.allow_missing, tuple(given))


class Suite:
    """
    One run of the test-suite.

    Parameters
    ----------
    wish : Wish
        What to run.
    runner : tools.runner.Runner
        Runs the commands.
    root : pathlib.Path
        The root of the repository; its ``.venv`` has the programs.
    folder : pathlib.Path
        Where reports go.
    """

    def __init__(self, wish: Wish, runner: Runner, root: Path, folder: Path) -> None:
        self._wish = wish
        self._runner = runner
        self._root = root
        self._folder = folder
        self._folders = list(parts(root))
        self._chosen = 0

    def rows(self) -> Iterator[Row]:
        """
        Run everything, whatever fails.

        Yields
        ------
        tools.report.Row
            What each step did.
        """
        names = self._wish.names or (*self._folders, *checks.AREAS)
        for check in self._checks():
            yield self._check(check)
        for name in names:
            if name in self._folders:
                yield from self._part(name)
            else:
                yield self._tests(name, checks.existing(self._root, checks.AREAS[name]))
        if self._wish.given and not self._chosen:
            yield Row("tests", failed=1, note="pytest's arguments choose no test")
        if self._wish.everywhere:
            yield from self._everywhere([name for name in names if name in self._folders])

    def _checks(self) -> list[checks.Check]:
        if not self._wish.names:
            return checks.whole(self._root)
        named = [name for name in self._wish.names if name in self._folders]
        return [check for name in named for check in checks.of_part(name)]

    def _check(self, check: checks.Check, note: Callable[[str], str] = lambda output: "") -> Row:
        print(f"{check.name} ".ljust(WIDTH, "."), end=" ", flush=True)
        output = self._folder / "output"
        code, seconds = self._timed(check.words, output)
        print("passed" if code == 0 else "FAILED", f"{seconds:.1f} s", flush=True)
        said = output.read_text("utf-8", "replace")
        if code:
            print(said, flush=True)
        return Row(check.name, int(code == 0), int(code != 0), 0, seconds, note(said))

    def _part(self, name: str) -> Iterator[Row]:
        data = f"--data-file={self._folder / name}.coverage"
        yield self._tests(name, [f"packages/{name}"], "coverage", "run", data, "-m", "pytest")
        if self._wish.given:
            return
        self._timed(["coverage", "combine", "--quiet", data], self._folder / "output")
        include = f"--include=packages/{name}/src/*"
        words = ("coverage", "report", data, include, "--precision=1", f"--fail-under={checks.COVERED}")
        yield self._check(checks.Check(f"{name} coverage", words), percent)

    def _tests(self, name: str, places: Sequence[str], *pytest: str) -> Row:
        print(f"\n{name} on {PYTHON}", flush=True)
        file = self._folder / f"{name}.xml"
        words = [
            *(pytest or ["pytest"]),
            "-q",
            f"--junit-xml={file}",
            *self._allowed(),
            *places,
            *self._wish.given,
        ]
        code, seconds = self._timed(words)
        row = report.counted(f"{name} {PYTHON}", file, code, seconds, allow_missing=self._wish.allow_missing)
        if self._wish.given and code == report.NO_TESTS:
            return Row(row.name, seconds=seconds, note="no test chosen")
        self._chosen += row.passed + row.failed
        return row

    def _allowed(self) -> list[str]:
        return ["--allow-missing"] if self._wish.allow_missing else []

    def _everywhere(self, folders: Sequence[str]) -> Iterator[Row]:
        environments = matrix.environments(folders, wheels=not self._wish.names)
        print(f"\n{len(environments)} environments of tox", flush=True)
        words = matrix.command(environments, self._folder, self._wish.allow_missing)
        code, seconds = self._timed(words)
        yield from matrix.rows(environments, self._folder, seconds, self._wish.allow_missing)

    def _timed(self, words: Sequence[str], output: Path | None = None) -> tuple[int, float]:
        begun = time.monotonic()
        program = self._root / ".venv" / "bin" / words[0]
        environment = {**clean(os.environ), "REPORTS": str(self._folder)}
        code = self._runner.run([program, *words[1:]], cwd=self._root, env=environment, output=output)
        return code, time.monotonic() - begun


def percent(output: str) -> str:
    """
    Return the share that coverage reports.

    Parameters
    ----------
    output : str
        What ``coverage report`` printed.

    Returns
    -------
    str
        The share, or why there is none.

    Examples
    --------
    >>> percent("TOTAL     120      3     20      1   96.4%")
    '96.4 %'
    """
    totals = [line.split()[-1] for line in output.splitlines() if line.startswith("TOTAL")]
    return totals[-1].replace("%", " %") if totals else "no data"


def main(arguments: Sequence[str]) -> int:
    """
    Set up, run, and sum up.

    Parameters
    ----------
    arguments : sequence of str
        The arguments of the command line.

    Returns
    -------
    int
        0 when everything has passed.
    """
    wish = Wish.of(arguments, list(parts()))
    with Runner() as runner:
        return prepared(Environment(ROOT, runner)) or _run(wish, runner)


def _run(wish: Wish, runner: Runner) -> int:
    found: list[Row] = []
    stopped: Stopped | None = None
    with tempfile.TemporaryDirectory(prefix="test-", dir=ROOT / "build") as folder:
        try:
            for row in Suite(wish, runner, ROOT, Path(folder)).rows():
                found.append(row)
        except Stopped as signal:
            stopped = signal
    return summed_up(found, wish, stopped)


def summed_up(rows: Sequence[Row], wish: Wish, stopped: Stopped | None = None) -> int:
    """
    Print the summary and judge.

    Parameters
    ----------
    rows : sequence of tools.report.Row
        What the steps did.
    wish : Wish
        What was asked for.
    stopped : tools.runner.Stopped, optional
        The signal that ended the run early.

    Returns
    -------
    int
        The exit code.

    Examples
    --------
    >>> summed_up([Row("config py311", 3, seconds=1.0)], Wish((), False, False, ()))
    <BLANKLINE>
    step           ...
    config py311   ...
    <BLANKLINE>
    3 passed, 0 failed
    0
    """
    if stopped:
        rows = [*rows, Row(f"{stopped}", failed=1, note="nothing else ran")]
    print(f"\n{report.table(rows)}\n\n{report.closing(rows)}", flush=True)
    return stopped.exit_code if stopped else int(any(row.failed for row in rows))
