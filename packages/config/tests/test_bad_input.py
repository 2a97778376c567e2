"""Whatever a file or a variable holds, the answer is one report with the place."""

from __future__ import annotations

import os
import resource
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel, SecretStr

from cordio_config import Config
from cordio_config._discovery import Found, discover

if TYPE_CHECKING:
    from packages.config.tests.conftest import Project


class Limits(BaseModel):
    burst: int = 1
    name: str = ""
    names: list[str] = []
    token: SecretStr | None = None
    tree: dict[str, object] = {}


MODELS = {"limits": Limits}


def burst_of(config: Config) -> int:
    return config.slice("limits", Limits).burst


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("main.yaml", ""),
        ("main.yaml", "# nothing yet\n"),
        ("main.yaml", "---\n"),
        ("main.yaml", "limits:\n"),
        ("main.toml", ""),
        ("main.toml", "# nothing yet"),
        ("main.json", "{}"),
        ("main.json", "null"),
    ],
)
def test_a_file_without_values_is_no_mistake(project: Project, name: str, content: str) -> None:
    project.file(f"config/{name}", content)
    assert burst_of(project.load(MODELS, pattern="main.*")) == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("main.yaml", b"\xef\xbb\xbflimits:\r\n  burst: 5\r\n"),
        ("main.json", b'\xef\xbb\xbf{\r\n"limits": {"burst": 5}}\r\n'),
        ("main.toml", b"\xef\xbb\xbf[limits]\r\nburst = 5\r\n"),
    ],
)
def test_a_byte_order_mark_and_crlf_are_read_over(project: Project, name: str, content: bytes) -> None:
    project.file(f"config/{name}", content)
    config = project.load(MODELS, pattern="main.*")
    assert burst_of(config) == 5
    assert config.origin("limits.burst").line == 2


REFUSED = [
    ("main.json", "", "1:1", "Expecting value"),
    ("main.json", "[1]", "1:1", "keys with values"),
    ("main.yaml", "- 1\n", "1:1", "keys with values"),
    ("main.yaml", "just text", "1:1", "keys with values"),
    ("main.yaml", b"limits:\n  name: caf\xe9", "2:12", "not UTF-8 (byte 0xe9)"),
    ("main.json", b'{"limits": "\xff"}', "1:13", "not UTF-8 (byte 0xff)"),
    ("main.yaml", "limits:\n  name: a\0b", "2:10", "NUL"),
    ("main.toml", "[limits]\nname = 'a\0b'", "2:10", "NUL"),
    ("main.json", '{"a":\n"\0"}', "2:2", "NUL"),
    ("main.yaml", "limits:\n  name: a\7", "2:10", "not allowed"),
    ("main.yaml", "limits:\n\tburst: 5", "2:1", "cannot start any token"),
    ("main.yaml", "limits: {burst: 5", "1:18", "flow mapping"),
    ("main.yaml", "a: 1\n---\nb: 2", "2:1", "a second document begins"),
    ("main.yaml", "limits:\n  burst: 1\n  burst: 2", "3:3", "the key 'burst' stands twice"),
    ("main.json", '{"limits": {"burst": 1,\n "burst": 2}}', "2:2", "the key 'burst' stands twice"),
    ("main.json", '{"limits": {"burst": 1,\n "b\\u0075rst": 2}}', "2:2", "the key 'burst' stands twice"),
    ("main.toml", "[limits]\nburst = 1\nburst = 2\n", "3:10", "Cannot overwrite a value"),
    ("main.toml", "burst = ", "1:9", "Invalid value"),
    ("main.toml", "name = '''", "1:11", "Expected"),
    ("main.json", '{"limits": {"name": "NaN",\n"burst": NaN}}', "2:10", "NaN is not a JSON value"),
    ("main.json", '{"limits": {"burst": -Infinity}}', "1:22", "-Infinity is not a JSON value"),
    ("main.json", '{"limits": {"burst": 1,,}}', "1:2", "Illegal trailing comma|property name"),
    ("main.yaml", "limits: {burst: !!python/object/apply:os.system ['true']}", "1:17", "tag !!python"),
    ("main.yaml", "limits:\n  when: !!timestamp 2024-01-01", "2:9", "tag !!timestamp"),
    ("main.yaml", "limits: {burst: !!int five}", "1:17", "tag !!int"),
    ("main.yaml", "a: &a [*a]", "1:8", "alias"),
    ("main.yaml", "a: *nowhere", "1:4", "alias"),
    ("main.yaml", "? [1, 2]\n: 3", "1:3", "a key must be plain text"),
    ("main.yaml", "a: &a x\n*a : 3", "2:1", "a key must be plain text"),
    ("main.json", '{"a": ' + "[" * 10_000 + "]" * 10_000 + "}", "", "nested"),
    ("main.json", '{"a": ' + "[" * 150 + "]" * 150 + "}", "", "nested"),
    ("main.toml", "a = " + "[" * 10_000 + "]" * 10_000, "", "nested"),
    ("main.yaml", "a: " + "[" * 200_000, "1:103", "nested"),
    ("main.yaml", "- " * 200_000 + "x", "1:201", "nested"),
    ("main.json", '{"a": ' + "1" * 5_000 + "}", "", "too many digits"),
    ("main.yaml", "a: " + "1" * 5_000, "1:4", "too many digits"),
    ("main.toml", "a = " + "1" * 5_000, "", "too many digits"),
]


@pytest.mark.parametrize(
    ("name", "content", "at", "reason"), REFUSED, ids=[f"{number}" for number in range(len(REFUSED))]
)
def test_a_file_that_cannot_be_loaded_is_told_with_place_and_reason(
    project: Project, name: str, content: str | bytes, at: str, reason: str
) -> None:
    project.file(f"config/{name}", content)
    (problem,) = project.refusal(MODELS, pattern="main.*").problems
    assert problem.kind == "unreadable"
    assert str(problem.origin).startswith(f"config/{name}:{at}".removesuffix(":"))
    assert any(part in problem.what for part in reason.split("|"))


def test_ten_megabytes_in_one_line_are_read(project: Project) -> None:
    project.file("config/main.json", '{"limits": {"name": "' + "x" * 10_000_000 + '"}}')
    assert len(project.load(MODELS).slice("limits", Limits).name) == 10_000_000


def test_an_alias_bomb_is_refused_within_bounds(project: Project) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    project.file("config/main.yaml", "\n".join(lines))
    before = resource.getrusage(resource.RUSAGE_SELF)
    (problem,) = project.refusal(MODELS).problems
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert "aliases expand to more than 100000 values" in problem.what
    assert after.ru_maxrss - before.ru_maxrss < 100_000
    assert after.ru_utime - before.ru_utime < 1


def test_an_alias_is_the_value_that_it_names(project: Project) -> None:
    project.file("config/main.yaml", "limits: {names: &n [a, b], tree: {other: *n, one: &o x, two: *o}}")
    limits = project.load(MODELS).slice("limits", Limits)
    assert limits.names == ["a", "b"]
    assert limits.tree == {"other": ["a", "b"], "one": "x", "two": "x"}


def give_up_privileges() -> None:
    if os.geteuid() == 0:
        os.seteuid(65534)


def test_what_is_no_readable_file_is_told(project: Project) -> None:
    folder = project.file("config/a/main.yaml/inner.yaml", "limits: {burst: 5}").parent
    (project.root / "config/b").mkdir()
    (project.root / "config/b/main.yaml").symlink_to("nowhere.yaml")
    (project.root / "config/c").mkdir()
    (project.root / "config/c/main.yaml").symlink_to("main.yaml")
    (project.root / "config/d").mkdir()
    os.mkfifo(project.root / "config/d/main.yaml")
    told = [str(problem) for problem in project.refusal(MODELS).problems]
    assert folder.is_dir()
    assert told == [
        "config/a/main.yaml: cannot be loaded: it is a folder",
        "config/b/main.yaml: cannot be loaded: its link leads nowhere (nowhere.yaml)",
        "config/c/main.yaml: cannot be loaded: the system refuses: Too many levels of symbolic links",
        "config/d/main.yaml: cannot be loaded: it is no regular file",
    ]


def test_an_unreadable_file_is_told(powerless: Project) -> None:
    (powerless.root / "config/main.yaml").chmod(0)
    give_up_privileges()
    (problem,) = powerless.refusal(MODELS).problems
    assert str(problem) == "config/main.yaml: cannot be loaded: the system refuses: Permission denied"


def test_an_unreadable_folder_is_told(powerless: Project) -> None:
    (powerless.root / "config").chmod(0)
    give_up_privileges()
    (problem,) = powerless.refusal(MODELS).problems
    assert str(problem) == "config: cannot be loaded: the system refuses: Permission denied"


def test_a_file_that_vanishes_before_it_is_read_is_told(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = project.file("config/main.yaml", "limits: {burst: 5}")

    def vanishing(*places: Any) -> list[Found]:
        found = discover(*places)
        file.unlink()
        return found

    monkeypatch.setattr("cordio_config._files.discover", vanishing)
    (problem,) = project.refusal(MODELS).problems
    assert str(problem) == "config/main.yaml: cannot be loaded: it does not exist"


def test_a_file_is_passed_over_with_a_warning_by_choice(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.file("config/a/main.yaml", "limits: {burst: 5")
    project.file("config/b/main.yaml", "limits: {burst: 7}")
    assert burst_of(project.load(MODELS, on_parse_error="skip")) == 7
    assert "config/a/main.yaml:1:18: cannot be loaded" in capsys.readouterr().err


def test_what_may_stand_in_a_broken_file_is_not_called_missing(project: Project) -> None:
    class Needy(BaseModel):
        needed: int
        other: int = 1

    project.file("config/a/main.yaml", "limits: {burst: 5")
    project.file("config/b/main.yaml", "limits: {other: x, strange: 1}")
    assert [one.kind for one in project.refusal({"limits": Needy}).problems] == [
        "unreadable",
        "unknown",
        "invalid",
    ]


def test_a_variable_with_bytes_that_are_no_text_is_told_without_them(project: Project) -> None:
    project.environ = {"PROG_LIMITS_NAME": os.fsdecode(b"caf\xe9")}
    assert str(project.refusal(MODELS).problems[0]) == (
        "environment PROG_LIMITS_NAME: limits.name holds bytes that are not UTF-8\n    expected: UTF-8 text"
    )


def test_a_dotenv_file_is_read_in_its_dialect_and_nothing_is_put_in_its_values(project: Project) -> None:
    project.file(
        ".env",
        "\ufeff# ours\r\n\r\nexport PROG_LIMITS_NAME='a=b#${HOME}'\n"
        'PROG_LIMITS_TOKEN="two\nlines\\tand a tab" # so\nOTHER=1\nPROG_LIMITS_BURST = 5\n',
    )
    config = project.load(MODELS)
    limits = config.slice("limits", Limits)
    assert (limits.name, limits.burst) == ("a=b#${HOME}", 5)
    assert limits.token is not None and limits.token.get_secret_value() == "two\nlines\tand a tab"
    assert str(config.origin("limits.name")) == ".env:3"
    assert str(config.origin("limits.token")) == ".env:4"
    assert str(config.origin("limits.burst")) == ".env:7"


def test_each_bad_line_of_a_dotenv_file_is_told_by_its_number_alone(project: Project) -> None:
    project.file(".env", "PROG_LIMITS_BURST=5\n\n: hunter2\nPROG_LIMITS_NAME\nPROG_LIMITS_TOKEN='hunter2\n")
    report = str(project.refusal(MODELS))
    assert "hunter2" not in report
    for line in (3, 4, 5):
        assert f".env:{line}: cannot be loaded: it is no line of the form NAME=value" in report


def test_a_dotenv_file_that_is_no_text_is_told(project: Project) -> None:
    project.file(".env", b"A=1\nPROG_LIMITS_NAME=caf\xe9")
    assert ".env:2:21: cannot be loaded: it is not UTF-8 (byte 0xe9)" in str(project.refusal(MODELS))


def test_a_name_that_two_lines_of_a_dotenv_file_give_is_told(project: Project) -> None:
    project.file(".env", "PROG_LIMITS_BURST=5\nPROG_LIMITS__BURST=6")
    assert ".env:2: limits.burst is given again; first at .env:1" in str(project.refusal(MODELS))
