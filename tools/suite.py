"""What ``tools/test.py`` does: every check and every test, whatever fails, and a summary of all."""

import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools import checks, matrix, report
from tools.demonstration import prepared
from tools.environment import Environment
from tools.parts import ROOT, parts
from tools.report import Row
from tools.runner import Runner, Stopped, clean
from tools.step import WIDTH
from tools.wish import Wish

PYTHON = f"py{sys.version_info[0]}{sys.version_info[1]}"
# These begin first, so that none of them is alone at the end.
LONGEST = ("pg", "integration", "amqp", "fastapi", "tools")

Job = Callable[[], list[Row]]


class Suite:
    """
    One run of the test-suite.

    Parameters
    ----------
    wish : tools.wish.Wish
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
        self._saying = threading.Lock()
        self.stopped: Stopped | None = None

    def run(self) -> list[Row]:
        """
        Run everything, whatever fails.

        Returns
        -------
        list of tools.report.Row
            What each step did, in the order of the steps; `stopped` says whether a signal ended the run.
        """
        jobs = {check.name: self._check_of(check) for check in self._checks()}
        names = self._wish.names or (*self._folders, *checks.AREAS)
        jobs |= {name: self._tests_of(name) for name in names}
        rows = self._together(jobs)
        if self._wish.given and not any(row.passed + row.failed for row in rows if row.name.endswith(PYTHON)):
            rows.append(Row("tests", failed=1, note="pytest's arguments choose no test"))
        if self._wish.everywhere and not self.stopped:
            rows += self._everywhere([name for name in names if name in self._folders])
        return rows

    def _together(self, jobs: dict[str, Job]) -> list[Row]:
        found: dict[str, list[Row]] = {}

        def work(name: str) -> None:
            try:
                found[name] = jobs[name]()
            except Stopped as stopped:
                self.stopped = stopped

        with ThreadPoolExecutor(self._wish.jobs) as pool:
            begin = sorted(jobs, key=lambda name: LONGEST.index(name) if name in LONGEST else len(LONGEST))
            for done in [pool.submit(work, name) for name in begin]:
                done.result()
        return [row for name in jobs for row in found.get(name, [])]

    def _checks(self) -> list[checks.Check]:
        if not self._wish.names:
            return checks.whole(self._root)
        named = [name for name in self._wish.names if name in self._folders]
        return checks.of_parts(named) if named else []

    def _check_of(self, check: checks.Check) -> Job:
        return lambda: [self._check(check)]

    def _tests_of(self, name: str) -> Job:
        if name in self._folders:
            return lambda: self._part(name)
        return lambda: [self._tests(name, checks.existing(self._root, checks.AREAS[name]))]

    def _check(self, check: checks.Check, note: Callable[[str], str] = lambda output: "") -> Row:
        code, seconds, said = self._timed(check.name, check.words)
        word = "FAILED" if code else "passed"
        self._say(f"{f'{check.name} '.ljust(WIDTH, '.')} {word} {seconds:.1f} s", said if code else "")
        return Row(check.name, int(code == 0), int(code != 0), 0, seconds, note(said))

    def _part(self, name: str) -> list[Row]:
        data = f"--data-file={self._folder / name}.coverage"
        tests = self._tests(name, [f"packages/{name}"], "coverage", "run", data, "-m", "pytest")
        if self._wish.given:
            return [tests]
        self._timed(f"{name} combine", ["coverage", "combine", "--quiet", data])
        include = f"--include=packages/{name}/src/*"
        words = ("coverage", "report", data, include, "--precision=1", f"--fail-under={checks.COVERED}")
        return [tests, self._check(checks.Check(f"{name} coverage", words), percent)]

    def _tests(self, name: str, places: Sequence[str], *pytest: str) -> Row:
        label = f"{name} {PYTHON}"
        file = self._folder / f"{name}.xml"
        words = [*(pytest or ("pytest",)), "-q", f"--junit-xml={file}", *self._allowed(), *places]
        aloud = self._wish.jobs == 1
        if aloud:
            self._say(f"\n{label}")
        code, seconds, said = self._timed(label, [*words, *self._wish.given], aloud)
        if not aloud:
            self._say(f"\n{label}", said)
        row = report.counted(label, file, code, seconds, allow_missing=self._wish.allow_missing)
        if self._wish.given and code == report.NO_TESTS:
            return Row(label, seconds=seconds, note="no test chosen")
        return row

    def _allowed(self) -> list[str]:
        return ["--allow-missing"] if self._wish.allow_missing else []

    def _everywhere(self, folders: Sequence[str]) -> list[Row]:
        environments = matrix.environments(folders, wheels=not self._wish.names)
        self._say(f"\n{len(environments)} environments of tox")
        words = matrix.command(environments, self._folder, self._wish.allow_missing)
        try:
            _, seconds, _ = self._timed("tox", words, aloud=True)
        except Stopped as stopped:
            self.stopped = stopped
            return []
        return list(matrix.rows(environments, self._folder, seconds, self._wish.allow_missing))

    def _timed(self, name: str, words: Sequence[str], aloud: bool = False) -> tuple[int, float, str]:
        """Run a program of the environment: its exit code, its seconds, and all that it said."""
        program = self._root / ".venv" / "bin" / words[0]
        environment = {**clean(os.environ), "REPORTS": str(self._folder)}
        output = None if aloud else self._folder / f"{name}.output"
        begun = time.monotonic()
        code = self._runner.run([program, *words[1:]], cwd=self._root, env=environment, output=output)
        seconds = time.monotonic() - begun
        return code, seconds, output.read_text("utf-8", "replace") if output else ""

    def _say(self, *lines: str) -> None:
        with self._saying:
            print(*(line for line in lines if line), sep="\n", flush=True)


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
    with tempfile.TemporaryDirectory(prefix="test-", dir=ROOT / "build") as folder:
        suite = Suite(wish, runner, ROOT, Path(folder))
        return summed_up(suite.run(), suite.stopped)


def summed_up(rows: Sequence[Row], stopped: Stopped | None = None) -> int:
    """
    Print the summary and judge.

    Parameters
    ----------
    rows : sequence of tools.report.Row
        What the steps did.
    stopped : tools.runner.Stopped, optional
        The signal that ended the run early.

    Returns
    -------
    int
        The exit code.

    Examples
    --------
    >>> summed_up([Row("config py311", 3, seconds=1.0)])
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
