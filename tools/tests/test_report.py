"""The summary: every step with its counts, and the line that a machine reads."""

from pathlib import Path

import pytest

from tools import report
from tools.report import Row

PASSED = '<testcase name="a"/>'
FAILED = '<testcase name="b"><failure message="no"/></testcase>'
BROKEN = '<testcase name="c"><error message="no fixture"/></testcase>'
SKIPPED = '<testcase name="d"><skipped type="pytest.skip" message="only there"/></testcase>'
EXPECTED = '<testcase name="e"><skipped type="pytest.xfail" message="known"/></testcase>'
MISSING = (
    '<testcase name="f"><skipped type="pytest.skip" '
    'message="RabbitMQ is not on this machine; install it with: apt-get install rabbitmq-server"/></testcase>'
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "report.xml"


def _write(file: Path, *cases: str) -> None:
    file.write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>")


def test_tests_are_counted_by_what_became_of_them(file: Path) -> None:
    _write(file, PASSED, PASSED, FAILED, BROKEN, SKIPPED, EXPECTED)
    row = report.counted("pg", file, 1, 2.5)
    assert (row.passed, row.failed, row.skipped, row.seconds) == (3, 2, 1, 2.5)


def test_a_test_skipped_for_a_missing_server_is_a_failure_that_says_how_to_get_it(file: Path) -> None:
    _write(file, PASSED, MISSING)
    row = report.counted("amqp", file, 0, 1.0)
    assert (row.passed, row.failed, row.skipped) == (1, 1, 1)
    assert "apt-get install rabbitmq-server" in row.note
    assert "--allow-missing" in row.note


def test_a_missing_server_that_is_allowed_is_named_all_the_same(file: Path) -> None:
    _write(file, PASSED, MISSING)
    row = report.counted("amqp", file, 0, 1.0, allow_missing=True)
    assert (row.failed, row.skipped) == (0, 1)
    assert "RabbitMQ is not on this machine" in row.note


@pytest.mark.parametrize(("code", "note"), [(5, "no tests"), (0, "no tests")])
def test_a_run_of_no_tests_is_a_failure(file: Path, code: int, note: str) -> None:
    _write(file)
    assert report.counted("pg", file, code, 0.1) == Row("pg", failed=1, seconds=0.1, note=note)


def test_a_run_that_breaks_after_its_tests_is_a_failure(file: Path) -> None:
    _write(file, PASSED)
    assert report.counted("pg", file, -9, 0.1).note == "pytest ended with exit code -9"


@pytest.mark.parametrize("text", [None, "", "<testsuites>"])
def test_a_report_that_cannot_be_read_is_a_failure(file: Path, text: str | None) -> None:
    if text is not None:
        file.write_text(text)
    assert report.counted("pg", file, 0, 0.1).failed == 1


def test_the_table_has_a_line_for_every_step_and_marks_what_failed() -> None:
    lines = report.table([Row("a", 1), Row("b", 0, 1, note="why"), Row("c", 2, 0, 1)]).splitlines()
    assert len(lines) == 4
    assert [("FAILED" in line, "why" in line) for line in lines[1:]] == [
        (False, False),
        (True, True),
        (False, False),
    ]
