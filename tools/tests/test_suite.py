"""Command two: every step runs, whatever fails, and the summary shows them all."""

import json
from pathlib import Path

import pytest

from tools import matrix
from tools.report import Row
from tools.runner import Runner, Stopped
from tools.suite import PYTHON, Suite, percent, summed_up
from tools.wish import JOBS, Wish

FOLDERS = ("config", "pg")
PROJECT = '[project]\nname = "cordio-{0}"\nversion = "0.1.0"\n'
PROGRAMS = (
    "isort",
    "black",
    "flake8",
    "mypy",
    "lint-imports",
    "python",
    "sphinx-build",
    "coverage",
    "pytest",
    "tox",
)
STAND_IN = """#!/bin/sh
# Tells what it was called with, reports one test, and fails if the file of its name says so.
program=$(basename "$0")
echo "$program $*" >>"{root}/calls"
for word; do
    case "$word" in
    --junit-xml=*) echo '<testsuites>{cases}</testsuites>' >"${{word#*=}}" ;;
    --result-json=*) cp "{root}/tox.json" "${{word#*=}}" ;;
    esac
done
echo "TOTAL 10 0 2 0 97.5%"
exit "$(cat "{root}/$program.code" 2>/dev/null || echo 0)"
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository of two parts whose environment has stand-ins for all programs."""
    for folder in FOLDERS:
        (tmp_path / "packages" / folder).mkdir(parents=True)
        (tmp_path / "packages" / folder / "pyproject.toml").write_text(PROJECT.format(folder))
    for folder in ("tools", "tests-integration", "docs/examples", "reports", ".venv/bin"):
        (tmp_path / folder).mkdir(parents=True)
    _programs(tmp_path, '<testcase name="a"/>')
    return tmp_path


def _programs(root: Path, cases: str) -> None:
    for name in PROGRAMS:
        program = root / ".venv" / "bin" / name
        program.write_text(STAND_IN.format(root=root, cases=cases))
        program.chmod(0o755)


def _run(root: Path, *arguments: str) -> list[Row]:
    with Runner() as runner:
        return Suite(Wish.of(arguments, FOLDERS), runner, root, root / "reports").run()


def _calls(root: Path) -> list[str]:
    return (root / "calls").read_text().splitlines()


def test_the_whole_is_checks_then_each_part_with_its_coverage_then_what_is_tested_together(root: Path) -> None:
    rows = _run(root)
    assert [row.name for row in rows] == [
        *("isort", "black", "flake8", "mypy", "arrows", "pins", "docs"),
        *(f"config {PYTHON}", "config coverage", f"pg {PYTHON}", "pg coverage"),
        *(f"tools {PYTHON}", f"integration {PYTHON}", f"examples {PYTHON}"),
    ]
    assert {(row.passed, row.failed, row.skipped) for row in rows} == {(1, 0, 0)}
    assert [row.note for row in rows if "coverage" in row.name] == ["97.5 %", "97.5 %"]


def test_a_step_that_fails_stops_none_of_the_others(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for name in ("black", "coverage"):
        (root / f"{name}.code").write_text("1")
    rows = _run(root)
    assert len(rows) == 14
    failed = ["black", f"config {PYTHON}", "config coverage", f"pg {PYTHON}", "pg coverage"]
    assert [row.name for row in rows if row.failed] == failed
    assert summed_up(rows) == 1
    assert capfd.readouterr().out.splitlines()[-1] == "11 passed, 5 failed"


def test_a_part_by_name_is_its_style_types_tests_and_coverage_alone(root: Path) -> None:
    rows = _run(root, "pg")
    assert [row.name for row in rows] == ["isort", "black", "flake8", "mypy", f"pg {PYTHON}", "pg coverage"]
    assert not [call for call in _calls(root) if "config" in call]


def test_arguments_reach_pytest_and_then_coverage_is_not_judged(root: Path) -> None:
    rows = _run(root, "pg", "tools", "--", "-k", "pool")
    assert [row.name for row in rows][-2:] == [f"pg {PYTHON}", f"tools {PYTHON}"]
    tests = [call for call in _calls(root) if "--junit-xml" in call]
    assert len(tests) == 2
    assert all(call.endswith(" -k pool") for call in tests)


def test_a_part_where_the_arguments_choose_no_test_is_no_failure_but_none_at_all_is(root: Path) -> None:
    _programs(root, "")
    for name in ("coverage", "pytest"):
        (root / f"{name}.code").write_text("5")
    rows = _run(root, "pg", "tools", "--", "-k", "nothing")
    assert [(row.name, row.failed) for row in rows[-3:]] == [
        (f"pg {PYTHON}", 0),
        (f"tools {PYTHON}", 0),
        ("tests", 1),
    ]


def test_a_missing_server_is_allowed_only_when_asked(root: Path) -> None:
    _programs(root, '<testcase name="a"><skipped message="RabbitMQ is not on this machine"/></testcase>')
    assert [row.failed for row in _run(root, "tools")] == [1]
    assert [row.failed for row in _run(root, "tools", "--allow-missing")] == [0]
    assert [("--allow-missing" in call) for call in _calls(root)] == [False, True]


def test_on_all_pythons_each_environment_has_its_row(root: Path) -> None:
    results = {
        f"pg-{python}": {"exit_code": 0, "duration": 2.0, "skipped": False} for python in matrix.PYTHONS
    }
    results["pg-py312"]["exit_code"] = 2
    results["pg-py313"]["skipped"] = True
    told = {"testenvs": {name: {"result": result} for name, result in results.items()} | {"lock": {}}}
    (root / "tox.json").write_text(json.dumps(told))
    (root / "reports" / "pg-py311.xml").write_text('<testsuites><testcase name="a"/></testsuites>')
    rows = {row.name: (row.passed, row.failed, row.skipped) for row in _run(root, "pg", "--all")}
    found = [rows[f"pg-{python}"] for python in matrix.PYTHONS]
    assert found == [(1, 0, 0), (0, 1, 0), (0, 0, 1)]
    assert "wheels" not in rows


def test_without_a_name_the_wheels_are_tried_on_all_pythons_too(root: Path) -> None:
    (root / "tox.json").write_text("{}")
    rows = _run(root, "--all")
    assert [row.name for row in rows if row.note == "not run"][-1] == "wheels"
    assert _calls(root)[-1].endswith(
        "-e config-py311,config-py312,config-py313,pg-py311,pg-py312,pg-py313,wheels"
    )
    assert "--skip-missing-interpreters=false" in _calls(root)[-1]


@pytest.mark.parametrize(
    ("arguments", "jobs"),
    [(["pg"], 1), (["pg", "-j", "2"], 2), (["-j", "1"], 1), (["pg", "tools", "-j", "0"], JOBS)],
)
def test_one_part_is_run_step_by_step_and_aloud_the_rest_at_the_same_time(
    arguments: list[str], jobs: int
) -> None:
    assert Wish.of(arguments, FOLDERS).jobs == jobs


def test_what_the_tests_say_is_shown_however_many_run(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for jobs in ("1", "2"):
        _run(root, "tools", "integration", "-j", jobs)
        shown = capfd.readouterr().out
        assert shown.count("TOTAL 10 0 2 0 97.5%") == 2
        assert f"\ntools {PYTHON}\nTOTAL" in shown


def test_an_unknown_part_is_refused_with_those_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        Wish.of(["gp"], FOLDERS)
    assert "there is no part gp; there are config, pg, tools" in capsys.readouterr().err


def test_a_run_that_was_stopped_says_so_and_sums_up_what_ran(capsys: pytest.CaptureFixture[str]) -> None:
    assert summed_up([Row("isort", 1)], Stopped(15)) == 143
    lines = capsys.readouterr().out.splitlines()
    assert lines[-3].startswith("stopped by SIGTERM ")
    assert lines[-1] == "1 passed, 1 failed"


def test_a_coverage_that_cannot_be_read_is_said() -> None:
    assert percent("No data to report.") == "no data"
