"""What a run of the test-suite did: a row for each of its steps, the table, and the closing line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

MISSING = re.compile(r"is not on this machine")
NO_TESTS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """
    One step of a run; a step that is no test-run counts as one.

    Parameters
    ----------
    name : str
        The step, or the environment.
    passed : int
        How many passed.
    failed : int
        How many failed.
    skipped : int
        How many were skipped.
    seconds : float
        The time that it took.
    note : str
        What else is to be said.

    Examples
    --------
    >>> Row("black", passed=1).failed
    0
    """

    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    note: str = ""


def counted(name: str, file: Path, code: int, seconds: float, *, allow_missing: bool = False) -> Row:
    """
    Read what a run of pytest reported.

    Parameters
    ----------
    name : str
        The name of the step.
    file : pathlib.Path
        The report that pytest wrote (``--junit-xml``).
    code : int
        The exit code of pytest.
    seconds : float
        The time that it took.
    allow_missing : bool
        Whether a test may be skipped because its server is missing.

    Returns
    -------
    Row
        The counts; a run that failed with no failed test, or had no tests, counts as one failure.

    Examples
    --------
    >>> counted("config", Path("/nowhere.xml"), 4, 0.2)
    Row(name='config', passed=0, failed=1, skipped=0, seconds=0.2, note='pytest ended with exit code 4')
    """
    passed, failed, skips = _count(file)
    missing = sorted({skip for skip in skips if MISSING.search(skip)})
    note = "; ".join(missing)
    if missing and not allow_missing:
        failed, note = failed + 1, f"{note} (or allow it: --allow-missing)"
    if failed == 0 and code != 0:
        failed, note = 1, "no tests" if code == NO_TESTS else f"pytest ended with exit code {code}"
    elif passed + failed + len(skips) == 0:
        failed, note = 1, "no tests"
    return Row(name, passed, failed, len(skips), seconds, note)


def table(rows: Sequence[Row]) -> str:
    """
    Return the rows as a table.

    Parameters
    ----------
    rows : sequence of Row
        The steps of a run.

    Returns
    -------
    str
        Lines under a heading.

    Examples
    --------
    >>> print(table([Row("black", 1, seconds=0.61), Row("config py311", 41, 1, 0, 3.2, "91.2 %")]))
    step            passed  failed  skipped     time
    black                1       0        0    0.6 s
    config py311        41       1        0    3.2 s  FAILED  91.2 %
    """
    wide = max([12, *(len(row.name) for row in rows)])
    lines = [f"{'step'.ljust(wide)}  {'passed':>8}{'failed':>8}{'skipped':>9}{'time':>9}"]
    for row in rows:
        word = "  FAILED" if row.failed else ""
        note = f"  {row.note}" if row.note else ""
        counts = f"{row.passed:8d}{row.failed:8d}{row.skipped:9d}{row.seconds:7.1f} s"
        lines.append(f"{row.name.ljust(wide)}  {counts}{word}{note}")
    return "\n".join(lines)


def closing(rows: Sequence[Row]) -> str:
    """
    Return the line that ends a run.

    Parameters
    ----------
    rows : sequence of Row
        The steps of a run.

    Returns
    -------
    str
        The sums.

    Examples
    --------
    >>> closing([Row("black", 1), Row("config", 41, 1)])
    '42 passed, 1 failed'
    >>> closing([Row("config", 41, 0, 2)])
    '41 passed, 0 failed, 2 skipped'
    """
    passed, failed, skipped = (sum(column) for column in _columns(rows))
    return f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else "")


def _columns(rows: Sequence[Row]) -> tuple[list[int], list[int], list[int]]:
    return [row.passed for row in rows], [row.failed for row in rows], [row.skipped for row in rows]


def _count(file: Path) -> tuple[int, int, list[str]]:
    """Return how many passed, how many failed, and why each of the rest was skipped."""
    try:
        cases = list(ElementTree.parse(file).iter("testcase"))
    except (OSError, ElementTree.ParseError):
        return 0, 0, []
    failed = sum(1 for case in cases if case.find("failure") is not None or case.find("error") is not None)
    skips = [found for case in cases if (found := case.find("skipped")) is not None]
    told = [f"{skip.get('message')}" for skip in skips if skip.get("type") != "pytest.xfail"]
    return len(cases) - failed - len(told), failed, told
