"""What nobody would write on purpose ends in a report too, never in a traceback or a long wait."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner
from pydantic import BaseModel, SecretStr, model_validator

from cordio_config import Config, ConfigError, Duration, Origin, Size, block, check, configured

if TYPE_CHECKING:
    from packages.config.tests.conftest import Project

SECRET = "hunter2canary"


class Limits(BaseModel):
    burst: int = 1
    token: SecretStr | None = None
    tree: dict[str, object] = {}


MODELS: dict[str, type] = {"limits": Limits}


def command(project: Project) -> click.Command:
    @click.command()
    @click.option("--greeting", default="Hello")
    @block("limits", Limits)
    @configured(root=project.root, env_prefix="PROG", environ={})
    def main(config: Config) -> None:
        click.echo(config["greeting"])

    return main


def test_a_template_makes_the_folders_of_its_file(project: Project) -> None:
    file = project.root / "config/deep/main.yaml"
    result = CliRunner().invoke(command(project), ["--config-template", "yaml", "--config-output", str(file)])
    assert (result.exit_code, "limits:" in file.read_text()) == (0, True)


def test_a_template_below_a_file_is_refused_in_one_sentence(project: Project) -> None:
    file = project.file("config", "") / "main.yaml"
    result = CliRunner().invoke(command(project), ["--config-template", "yaml", "--config-output", str(file)])
    assert result.exit_code == 2
    assert "cannot be written: Not a directory" in result.stderr


@pytest.mark.parametrize(
    ("content", "at"),
    [
        ('{"greeting":\n  "\\ud800", "limits": {"burst": 5}}', "2:3"),
        ('{"limits": {"tree":\n {"\\uDFFF": 5}}}', "2:3"),
        ('{// so\n"greeting": "\\\\ud83d \\ud83dx"}', "2:13"),
    ],
)
def test_half_a_character_is_refused_in_json_with_its_place(project: Project, content: str, at: str) -> None:
    project.file("config/main.json", content)
    result = CliRunner().invoke(command(project), ["--config-check"])
    assert result.exit_code == 78
    assert f"config/main.json:{at}: cannot be loaded: it holds half a character" in result.stderr


def test_both_halves_of_a_character_are_one_in_json(project: Project) -> None:
    project.file("config/main.json", '{"greeting": "\\ud83d\\ude00 \\\\ud800"}')
    assert CliRunner().invoke(command(project), []).stdout == "\U0001f600 \\ud800\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("main.toml", "x = 1\n" + "a." * 200_000 + "a = 1"),
        ("main.toml", "x = 1\n[" + "a." * 10_000 + "a]"),
        ("main.toml", "x = 1\n[limits.tree" + " . 'a'" * 300 + "]"),
        ("main.toml", "x = { " + "a." * 200 + "a = 1 }"),
        ("main.toml", "[limits.tree" + ".a" * 90 + "]\n" + "b." * 90 + "b = 1"),
        ("main.toml", "[limits]\ntree = {a = " + "[" * 300 + "]" * 300 + "}"),
        ("main.toml", "[limits]\ntree = {a = " + "[" * 98 + "]" * 98 + "}"),
        ("main.json", '{"limits": {"tree": {"a": ' + "[" * 98 + "]" * 98 + "}}}"),
        ("main.yaml", "limits: {tree: {a: " + "[" * 98 + "]" * 98 + "}}"),
    ],
)
def test_one_bound_of_nesting_holds_for_all_formats(project: Project, name: str, content: str) -> None:
    project.file(f"config/{name}", content)
    (problem,) = project.refusal(MODELS, pattern="main.*").problems
    assert "nested" in problem.what


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("main.toml", "[limits]\ntree = {a = " + "[" * 97 + "]" * 97 + "}"),
        ("main.toml", "[limits.tree" + ".a" * 90 + "]\nb = '" + "b." * 200 + "' # " + "b." * 200),
        ("main.toml", "[limits.tree]\na = [" + "1.5, " * 200 + ']\nb = """\n' + "b." * 200 + '\n"""'),
        ("main.json", '{"limits": {"tree": {"a": ' + "[" * 97 + "]" * 97 + "}}}"),
        ("main.yaml", "limits: {tree: {a: " + "[" * 97 + "]" * 97 + "}}"),
    ],
)
def test_what_is_within_the_bound_is_read(project: Project, name: str, content: str) -> None:
    project.file(f"config/{name}", content)
    assert project.load(MODELS, pattern="main.*").slice("limits", Limits).tree


def raising() -> object:
    raise RuntimeError(SECRET)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (raising, "vault: cannot be loaded: its values() raised RuntimeError"),
        (lambda: None, "vault: cannot be loaded: its values() must give a mapping, not NoneType"),
        (lambda: {"limits.token": SECRET}, "vault: cannot be loaded: it must give 'limits.token' as"),
        (lambda: {"limits.burst": (1, "x")}, "vault: cannot be loaded: it must give 'limits.burst' as"),
        (
            lambda: {3: (SECRET, Origin("vault"))},
            "vault: cannot be loaded: it must give text as keys, not int",
        ),
    ],
)
def test_a_source_that_breaks_its_promise_is_named_and_not_quoted(
    project: Project, values: Callable[[], Mapping[str, tuple[object, Origin]]], told: str
) -> None:
    class Vault:
        name = "vault"

        def values(self) -> Mapping[str, tuple[object, Origin]]:
            return values()

    (problem,) = project.refusal(MODELS, priority=[Vault()]).problems
    assert str(problem).startswith(told)
    assert SECRET not in str(problem)


class Checked(BaseModel):
    token: SecretStr

    @model_validator(mode="after")
    def fits(self) -> Checked:
        raise TypeError(self.token.get_secret_value())


@dataclass(frozen=True)
class Looked:
    token: str

    def __post_init__(self) -> None:
        raise KeyError(self.token)


@pytest.mark.parametrize(("model", "name"), [(Checked, "TypeError"), (Looked, "KeyError")])
@pytest.mark.parametrize("on_invalid", ["raise", "warn"])
def test_a_check_of_the_model_that_fails_is_told_without_its_words(
    project: Project, model: type, name: str, on_invalid: str
) -> None:
    project.file("config/main.yaml", f"part: {{token: {SECRET}}}")
    (problem,) = project.refusal({"part": model}, on_invalid=on_invalid).problems
    assert problem.key == "part" and str(problem.origin) == "config/main.yaml:1:7"
    assert problem.expected == f"what the checks of its model accept; one raised {name}"
    assert SECRET not in str(problem)


@pytest.mark.parametrize(
    "name", ["on_duplicate", "on_parse_error", "on_invalid", "on_unknown", "on_unknown_section"]
)
def test_a_reaction_that_does_not_exist_is_refused_with_those_that_do(project: Project, name: str) -> None:
    (problem,) = project.refusal(MODELS, **{name: "wran"}).problems
    assert (problem.kind, problem.what) == ("declaration", f"{name}='wran' is no choice")
    assert "'stop'" in problem.expected
    decorate: Callable[..., object] = configured
    with pytest.raises(ConfigError, match=f"{name}='wran' is no choice"):
        decorate(**{name: "wran"})


def test_an_order_of_sources_that_is_one_text_is_refused_as_such(project: Project) -> None:
    (problem,) = project.refusal(MODELS, priority="environment").problems
    assert problem.what == "priority='environment' is no list of sources"
    assert "'environment'" in problem.advice


def test_a_named_file_that_never_was_does_not_exist(project: Project) -> None:
    (problem,) = project.refusal(MODELS, files=[project.root / "none.yaml"]).problems
    assert str(problem) == "none.yaml: cannot be loaded: it does not exist"


def test_a_merge_key_is_refused_as_no_part_of_yaml_1_2(project: Project) -> None:
    project.file("config/main.yaml", "base: &b {burst: 2}\nlimits:\n  <<: *b\n  burst: 5\n")
    (problem,) = project.refusal(MODELS).problems
    assert str(problem.origin) == "config/main.yaml:3:3"
    assert "merge keys" in problem.what


def test_an_order_of_sources_of_a_command_is_refused_when_it_is_declared() -> None:
    decorate: Callable[..., object] = configured
    with pytest.raises(ConfigError, match="priority='environment' is no list of sources"):
        decorate(priority="environment")


def test_half_a_character_is_refused_in_the_json_of_a_variable(project: Project) -> None:
    project.environ = {"PROG_LIMITS_TREE": '{"a": "\\ud800"}'}
    (problem,) = project.refusal(MODELS).problems
    assert str(problem.origin) == "environment PROG_LIMITS_TREE"
    project.environ = {"PROG_LIMITS_TREE": '{"a": "\\ud83d\\ude00"}'}
    assert project.load(MODELS).slice("limits", Limits).tree == {"a": "\U0001f600"}


def test_a_missing_value_comes_from_nowhere() -> None:
    class Needy(BaseModel):
        must: int

    told = check({"needy": Needy}, paths=[], dotenv=None).explain("needy.must")
    assert "needy.must = (missing)" in told and "from nowhere" in told and "from default" not in told


def test_a_secret_that_is_not_set_is_null_for_programs() -> None:
    values = json.loads(check(MODELS, paths=[], dotenv=None).json())["values"]
    assert [one["value"] for one in values if one["secret"]] == [None]


@pytest.mark.parametrize("kind", [Size, Duration])
def test_nothing_is_called_null_as_files_call_it(kind: type) -> None:
    with pytest.raises(ValueError, match="^null is no "):
        kind(None)
