"""Every part on every supported Python, each in an environment of its own, by tox."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools import report
from tools.report import Row

PYTHONS = ("py311", "py312", "py313")
RESULT = "tox.json"


def environments(folders: Sequence[str], wheels: bool = True) -> list[str]:
    """
    Name the environments.

    Parameters
    ----------
    folders : sequence of str
        The parts.
    wheels : bool
        Whether the built wheels are tried, too.

    Returns
    -------
    list of str
        The names as ``tox.ini`` has them.

    Examples
    --------
    >>> environments(["pg"])
    ['pg-py311', 'pg-py312', 'pg-py313', 'wheels']
    """
    return [f"{folder}-{python}" for folder in folders for python in PYTHONS] + ["wheels"] * wheels


def command(names: Sequence[str], folder: Path, allow_missing: bool) -> list[str]:
    """
    Return the command that runs tox.

    Parameters
    ----------
    names : sequence of str
        The environments.
    folder : pathlib.Path
        Where the reports go.
    allow_missing : bool
        Whether an interpreter may be missing.

    Returns
    -------
    list of str
        The program of the environment and its arguments.

    Examples
    --------
    >>> command(["pg-py311"], Path("/tmp"), False)[-1]
    'pg-py311'
    """
    missing = "true" if allow_missing else "false"
    parallel = ["run-parallel", "--parallel=2", "--parallel-no-spinner"]
    result = f"--result-json={folder / RESULT}"
    return ["tox", *parallel, f"--skip-missing-interpreters={missing}", result, "-e", ",".join(names)]


def rows(names: Sequence[str], folder: Path, seconds: float, allow_missing: bool) -> Iterator[Row]:
    """
    Read what each environment did.

    Parameters
    ----------
    names : sequence of str
        The environments that were asked for.
    folder : pathlib.Path
        Where the reports are.
    seconds : float
        The time that all took together.
    allow_missing : bool
        Whether an interpreter or a server may be missing.

    Yields
    ------
    tools.report.Row
        One for each environment, with the time of its commands, and one for the time of all.

    Examples
    --------
    >>> for row in rows(["pg-py313"], Path("/nowhere"), 0.2, False):
    ...     print(row.name, row.failed, row.note)
    pg-py313 1 not run
    tox, all together 0
    """
    results = _results(folder / RESULT)
    for name in names:
        yield _row(name, results.get(name), folder, allow_missing)
    yield Row("tox, all together", seconds=seconds)


def _row(name: str, result: dict[str, object] | None, folder: Path, allow_missing: bool) -> Row:
    if result is None:
        return Row(name, failed=1, note="not run")
    file = folder / f"{name}.xml"
    code, seconds = int(f"{result.get('exit_code', 1)}"), float(f"{result.get('duration', 0)}")
    if file.exists():
        return report.counted(name, file, code, seconds, allow_missing=allow_missing)
    if result.get("skipped"):
        return Row(name, skipped=1, seconds=seconds, note="this Python is missing")
    return Row(name, int(code == 0), int(code != 0), 0, seconds)


def _results(file: Path) -> dict[str, dict[str, object]]:
    try:
        environments_ = json.loads(file.read_text("utf-8"))["testenvs"]
    except (OSError, ValueError, KeyError):
        return {}
    return {name: found["result"] for name, found in environments_.items() if "result" in found}
