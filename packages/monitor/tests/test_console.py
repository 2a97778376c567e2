"""What stands on the console."""

import io
import json
import os
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cordio_monitor import LogSettings, SettingError
from cordio_monitor.sinks import Console, Record


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def record(message: str = "placing", **more: Any) -> Record:
    return Record("log", "info", 1_700_000_000_123_456_789, "orders", "", message, {})._replace(**more)


def written(*records: Record, stream: io.StringIO | None = None, settings: LogSettings | None = None) -> str:
    out = stream or io.StringIO()
    console = Console(out)
    console.open(settings or LogSettings())
    console.write([record for record in records if console.takes(record)])
    return out.getvalue()


def test_errors_and_exceptions_go_to_standard_error_and_the_rest_to_standard_output(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Console().write([record("one"), record("two", level="error"), record("three", error="ValueError")])
    out, err = capsys.readouterr()
    assert [json.loads(line)["message"] for line in out.splitlines()] == ["one"]
    assert [json.loads(line)["message"] for line in err.splitlines()] == ["two", "three"]


def test_one_stream_takes_all() -> None:
    assert len(written(record(), record(level="error")).splitlines()) == 2


def test_a_line_of_json_has_what_is_known_and_nothing_empty() -> None:
    line = json.loads(written(record(fields={"sku": "A-1", "time": 3, "error": "text"})))
    assert line == {
        "time": "2023-11-14T22:13:20.123456Z",
        "level": "info",
        "kind": "log",
        "service": "orders",
        "message": "placing",
        "sku": "A-1",
        "time_": 3,
        "error": "text",
    }


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.text(),
    st.dictionaries(
        st.text(), st.recursive(st.floats() | st.text() | st.integers() | st.none(), st.lists, max_leaves=6)
    ),
)
def test_every_record_is_one_line_of_valid_json(message: str, fields: dict[str, object]) -> None:
    text = written(record(message, fields=fields, traceback="a\nb"))
    assert text.endswith("\n") and len(text.splitlines()) == 1
    assert text.encode()
    line = json.loads(text, parse_constant=lambda word: pytest.fail(word))
    assert line.get("message", "") == message


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text())
def test_a_text_from_outside_neither_forges_a_line_nor_moves_the_cursor(text: str) -> None:
    line = written(
        record(text, fields={text: text, "list": [text]}, event=text), settings=LogSettings(format="pretty")
    )
    assert len(line.splitlines()) == 1
    assert "\x1b" not in line and "\r" not in line and "\u202e" not in line and "\x9b" not in line


def test_people_get_a_line_in_colours_and_the_traceback_below() -> None:
    found = record(
        fields={"sku": "A-1", "name": "two words", "ms": 1.23456789},
        event="POST /orders",
        trace_id="4bf92f35aa",
    )
    line = written(
        found._replace(error="ValueError", traceback="Traceback\n\x1b"), settings=LogSettings(format="pretty")
    )
    assert line[12:] == (
        " INFO    placing  sku=A-1 name='two words' ms=1.23457 error=ValueError event='POST /orders'"
        " trace=4bf92f35\n    Traceback\n    \\x1b\n"
    )


def test_a_field_with_a_name_of_the_line_itself_is_shown_too() -> None:
    found = record(
        fields={"trace": "mine", "event": "mine", "kind": "mine"},
        event="GET",
        trace_id="4bf92f35",
        kind="span",
    )
    line = written(found, settings=LogSettings(format="pretty"))
    assert line.endswith("trace=mine event=mine kind=mine kind=span event=GET trace=4bf92f35\n")


def test_a_terminal_is_for_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[32mINFO   \x1b[0m placing" in written(record(), stream=Terminal())
    assert written(record(), stream=Terminal(), settings=LogSettings(format="json")).startswith("{")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "INFO    placing" in written(record(), stream=Terminal())
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b" not in written(record(), stream=Terminal())


@pytest.mark.parametrize(
    ("form", "level", "shown"),
    [("json", "info", True), ("pretty", "debug", True), ("pretty", "info", False), ("auto", "info", True)],
)
def test_spans_and_numbers_are_for_machines_and_for_the_lowest_level(
    form: Literal["json", "pretty", "auto"], level: Literal["debug", "info"], shown: bool
) -> None:
    text = written(record(kind="span"), settings=LogSettings(level=level, format=form))
    assert bool(text) is shown


def test_what_the_encoding_lacks_is_escaped() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    Console(stream).write([record("ключ \U0001f600")])
    assert b"\\u043a" in raw.getvalue()


def test_the_order_with_the_programs_own_output_is_kept() -> None:
    reader, writer = os.pipe()
    with open(reader) as read, open(writer, "w") as stream:
        stream.write("before\n")
        Console(stream).write([record()])
        stream.write("after\n")
        stream.flush()
        lines = [read.readline() for _ in range(3)]
    assert (lines[0], lines[2]) == ("before\n", "after\n") and "placing" in lines[1]


def test_a_closed_or_missing_stream_raises_to_the_delivery(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    stream.close()
    with pytest.raises(ValueError):
        Console(stream).write([record()])
    monkeypatch.setattr("sys.stdout", None)
    with pytest.raises(OSError, match="no such stream"):
        Console().write([record()])


@pytest.mark.parametrize(("option", "value"), [("level", "loud"), ("format", "xml")])
def test_a_setting_that_means_nothing_is_refused(option: str, value: str) -> None:
    with pytest.raises(SettingError, match=f"log.{option}: '{value}' is not known; expected") as raised:
        LogSettings(**{option: value})  # type: ignore[arg-type]  # wrong on purpose
    assert raised.value.exit_code == 78 and isinstance(raised.value, ValueError)
