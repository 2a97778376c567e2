"""Sections and options as a Click command has them."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Callable
from enum import Enum
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result
from pydantic import BaseModel, SecretStr

from cordio_config import Config, ConfigError, Duration, block, configured

if TYPE_CHECKING:
    from packages.config.tests.conftest import Project


class Level(Enum):
    LOW = "low"
    HIGH = "high"


class Limits(BaseModel):
    """How much a client may ask for."""

    burst: int
    hosts: list[str] = []
    labels: dict[str, int] = {}
    strict: bool = False
    level: Level = Level.LOW
    mode: Literal["a", "b"] | None = None
    wait: Duration = Duration("1s")
    token: SecretStr | None = None


def run(command: click.Command, *args: str) -> Result:
    return CliRunner().invoke(command, args, prog_name="prog", terminal_width=200)


def printing(project: Project, *decorators: Callable[..., object], **rest: object) -> click.Command:
    """A command that prints its values and their origins, decorated from the top."""

    def main(config: Config, **others: object) -> None:
        for key in ("greeting", "count", "tags", "must", "loud"):
            try:
                click.echo(f"{key}={config[key]!r} {config.origin(key)}")
            except KeyError:
                continue
        try:
            click.echo(config.slice("limits", Limits).model_dump_json())
        except KeyError:
            click.echo(f"{others}")

    sources: Callable[..., Callable[..., object]] = configured
    made = sources(root=project.root, env_prefix="PROG", environ=project.environ, **rest)(main)
    for decorator in reversed(decorators):
        made = decorator(made)
    assert callable(made)
    return click.command("main")(made)


def test_an_option_may_be_given_by_any_source_though_click_requires_it(project: Project) -> None:
    must = click.option("--must", "-m", required=True, type=int, help="It must be.")
    command = printing(project, must)
    missing = run(command)
    assert missing.exit_code == 78
    assert missing.output.splitlines()[1:] == [
        "must is missing",
        "    set it in a file as must, in the environment as PROG_MUST or by --must",
    ]
    assert run(command, "-m", "3").stdout.splitlines()[0] == "must=3 option --must"
    project.file("config/main.yaml", "must: 5")
    assert run(command).stdout.splitlines()[0] == "must=5 config/main.yaml:1:7"
    project.environ["PROG_MUST"] = "6"
    assert run(command).stdout.splitlines()[0] == "must=6 environment PROG_MUST"
    assert "It must be.  [env var: PROG_MUST; required]" in run(command, "--help").stdout


@pytest.mark.parametrize("first", ["above", "below"])
def test_an_option_is_a_value_wherever_its_decorator_stands(project: Project, first: str) -> None:
    option = click.option("--greeting", default="Hello")

    def main(config: Config, greeting: str) -> None:
        click.echo(f"{greeting} {config['greeting']}")

    project.file("config/main.yaml", "greeting: 01234")
    made = configured(root=project.root, env_prefix="PROG")
    function = option(made(main)) if first == "above" else made(option(main))
    assert run(click.command("main")(function)).stdout == "01234 01234\n"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("count: 5.7", "'5.7' is not a valid integer."),
        ("count: true", "'true' is not a valid integer."),
        ("count: [1]", "a single value"),
        ("count: {a: 1}", "a single value"),
        ("count: many", "'many' is not a valid integer."),
    ],
)
def test_an_option_is_converted_by_its_own_type(project: Project, content: str, told: str) -> None:
    project.file("config/main.yaml", content)
    done = run(printing(project, click.option("--count", type=int, default=1)))
    assert done.exit_code == 78
    assert "config/main.yaml:1:8: count is " in done.output and f"expected: {told}" in done.output


def test_several_values_and_switches_are_as_in_click(project: Project) -> None:
    tags = click.option("--tags", multiple=True, type=float)
    loud = click.option("--loud/--quiet")
    command = printing(project, tags, loud)
    assert run(command).stdout.splitlines()[:2] == ["tags=() default", "loud=False default"]
    given = run(command, "--tags", "1", "--tags", "2.5", "--loud").stdout.splitlines()
    assert given[:2] == ["tags=(1.0, 2.5) option --tags", "loud=True option --loud"]
    project.file("config/main.yaml", "tags: [1, 2]\nloud: true")
    assert run(command).stdout.splitlines()[:2] == [
        "tags=(1.0, 2.0) config/main.yaml:1:7",
        "loud=True config/main.yaml:2:7",
    ]
    project.file("config/main.yaml", "tags: 3\nloud: yes")
    project.environ["PROG_TAGS"] = "4, 5"
    assert run(command).stdout.splitlines()[0] == "tags=(4.0, 5.0) environment PROG_TAGS"


def test_a_variable_that_an_option_names_itself_has_its_place_among_the_sources(project: Project) -> None:
    project.environ["HOME_GREETING"] = "from home"
    command = printing(project, click.option("--greeting", envvar="HOME_GREETING", default="Hello"))
    assert run(command).stdout.splitlines()[0] == "greeting='from home' environment HOME_GREETING"
    project.file(".env", "PROG_GREETING=nearer")
    assert run(command).stdout.splitlines()[0] == "greeting='nearer' .env:1"


def test_a_wrong_option_warns_by_choice_and_its_default_counts(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    project.file("config/main.yaml", "count: many")
    command = printing(project, click.option("--count", type=int, default=1), on_invalid="warn")
    assert run(command).stdout.splitlines()[0] == "count=1 default"
    assert "expected: 'many' is not a valid integer." in caplog.text


def test_a_mistake_that_warns_do_not_cover_ends_the_process_without_a_traceback(project: Project) -> None:
    done = run(printing(project, click.option("--must", required=True), on_invalid="warn"))
    assert (done.exit_code, done.output.splitlines()[1]) == (78, "must is missing")


def test_a_mistake_is_raised_by_choice(project: Project) -> None:
    command = printing(project, click.option("--must", required=True), on_invalid="raise")
    with pytest.raises(ConfigError, match="must is missing"):
        command.main([], standalone_mode=False)


def test_a_hidden_input_is_not_told(project: Project) -> None:
    project.file("config/main.yaml", "count: hunter2")
    done = run(printing(project, click.option("--count", type=int, hide_input=True, default=1)))
    assert "hunter2" not in done.output and "count is ***" in done.output


def test_every_value_of_a_block_is_an_option(project: Project) -> None:
    command = printing(project, block("limits", Limits))
    done = run(
        command,
        *("--limits-burst", "5", "--limits-hosts", "a, b", "--limits-labels", '{"x": 1}', "--limits-strict"),
        *("--limits-level", "high", "--limits-mode", "b", "--limits-wait", "2m", "--limits-token", "t"),
    )
    assert json.loads(done.stdout) == {
        "burst": 5,
        "hosts": ["a", "b"],
        "labels": {"x": 1},
        "strict": True,
        "level": "high",
        "mode": "b",
        "wait": 120.0,
        "token": "**********",
    }
    project.environ["PROG_LIMITS_STRICT"] = "yes"
    assert '"strict":false' in run(command, "--limits-burst", "1", "--no-limits-strict").stdout


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--limits-burst", "x", '"x" is not a valid integer'),
        ("--limits-hosts", "[1", "is not JSON, as in"),
        ("--limits-level", "middle", "'low' or 'high'"),
        ("--limits-wait", "soon", "is no duration"),
    ],
)
def test_a_wrong_value_is_clicks_own_usage_error(project: Project, option: str, value: str, told: str) -> None:
    done = run(printing(project, block("limits", Limits)), option, value)
    assert done.exit_code == 2
    assert f"Invalid value for '{option}'" in done.output and told in done.output


def test_help_shows_types_choices_and_switches(project: Project) -> None:
    text = " ".join(run(printing(project, block("limits", Limits)), "--help").stdout.split())
    for promised in (
        "[limits] How much a client may ask for. --limits-burst INTEGER [env var: PROG_LIMITS_BURST",
        "--limits-hosts LIST [env var: PROG_LIMITS_HOSTS; default: []]",
        "--limits-labels JSON",
        "--limits-strict / --no-limits-strict [env var: PROG_LIMITS_STRICT; default: false]",
        "--limits-level [low|high]",
        "--limits-mode [a|b]",
        "--limits-token TEXT [env var: PROG_LIMITS_TOKEN]",
    ):
        assert promised in text


def test_the_shell_completes_options_and_their_choices(project: Project) -> None:
    complete = ShellComplete(printing(project, block("limits", Limits)), {}, "prog", "_PROG_COMPLETE")
    assert "--limits-level" in [one.value for one in complete.get_completions([], "--limits-l")]
    assert [one.value for one in complete.get_completions(["--limits-level"], "h")] == ["high"]


def test_a_block_may_stand_above_the_command_and_below(project: Project) -> None:
    @configured(root=project.root, env_prefix="PROG")
    @block("limits", Limits)
    def main(config: Config) -> None:
        click.echo(config.origin("limits.burst"))

    assert run(click.command("main")(main), "--limits-burst", "1").stdout == "option --limits-burst\n"

    @block("limits", Limits)
    @click.command()
    @configured(root=project.root, env_prefix="PROG")
    def other(config: Config) -> None:
        click.echo(config.origin("limits.burst"))

    assert run(other, "--limits-burst", "1").stdout == "option --limits-burst\n"


def test_blocks_and_configuration_are_put_on_a_plain_function_by_a_program(project: Project) -> None:
    def main(config: Config) -> str:
        return f"{config['greeting']} {config.origin('limits.burst')}"

    click.option("--greeting", default="Hello")(main)
    block("limits", Limits)(main)
    made = configured(root=project.root, env_prefix="PROG", on_invalid="raise")(main)
    command = click.command("prog")(made)
    assert command.main(["--limits-burst", "1"], standalone_mode=False) == "Hello option --limits-burst"
    assert signature(made) == signature(main)


def test_arguments_contexts_and_flags_of_click_are_left_to_it(project: Project) -> None:
    @click.command()
    @click.pass_context
    @click.argument("name")
    @click.version_option("1.2.3")
    @configured(root=project.root, env_prefix="PROG")
    def main(ctx: click.Context, config: Config, name: str) -> None:
        click.echo(f"{ctx.info_name} {name}")

    assert run(main, "x").stdout == "prog x\n"
    assert "1.2.3" in run(main, "--version").stdout


def test_a_command_in_a_group_has_a_configuration_of_its_own(project: Project) -> None:
    @click.group()
    @block("limits", Limits)
    @configured(root=project.root, env_prefix="PROG")
    def main(config: Config) -> None:
        click.echo(config.slice("limits", Limits).burst)

    @main.command()
    @block("limits", Limits)
    @configured(root=project.root, env_prefix="PROG")
    def inner(config: Config) -> None:
        click.echo(config.slice("limits", Limits).burst)

    assert run(main, "--limits-burst", "1", "inner", "--limits-burst", "2").stdout == "1\n2\n"


def test_two_options_of_one_name_are_refused_when_they_are_declared(project: Project) -> None:
    class Per(BaseModel):
        minute: int = 1

    class Minutes(BaseModel):
        per_minute: int = 1

    with pytest.raises(ConfigError, match="--limits-per-minute is declared twice"):
        printing(project, block("limits_per", Per), block("limits", Minutes))
    with pytest.raises(ConfigError, match="for limits.burst and for the option limits_burst"):
        printing(project, click.option("--limits-burst"), block("limits", Limits))


def test_a_block_that_nobody_announces_is_refused_when_it_is_declared() -> None:
    with pytest.raises(ConfigError, match="no installed package announces the block 'nonesuch'") as caught:
        block("nonesuch")
    assert "install the package that brings it" in str(caught.value)


def test_a_function_that_cannot_take_the_configuration_is_refused() -> None:
    with pytest.raises(TypeError, match="takes no parameter 'config'"):
        configured()(lambda: None)


@pytest.mark.parametrize(
    ("program", "prefix"),
    [("/usr/bin/my-prog.py", "MY_PROG"), ("/x/pkg/__main__.py", "PKG"), ("prog", "PROG")],
)
def test_the_prefix_of_variables_is_the_name_of_the_program(
    project: Project, monkeypatch: pytest.MonkeyPatch, program: str, prefix: str
) -> None:
    @click.command()
    @click.option("--greeting", default="Hello")
    @configured(root=project.root, environ={f"{prefix}_GREETING": "Ahoy"})
    def main(config: Config) -> None:
        click.echo(config["greeting"])

    monkeypatch.setattr(sys, "argv", [program])
    assert run(main).stdout == "Ahoy\n"
    assert f"env var: {prefix}_GREETING" in run(main, "--help").stdout


def test_importing_the_package_brings_neither_click_nor_pydantic(tmp_path: Path) -> None:
    heavy = "{'click', 'pydantic', 'yaml', 'pathspec', 'dotenv'}"
    code = f"import sys, cordio_config; print({heavy} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, cwd=tmp_path
    )
    assert (done.stdout, done.stderr) == ("set()\n", "")


def test_nothing_is_logged_when_all_is_well(project: Project, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        assert run(printing(project, block("limits", Limits)), "--limits-burst", "1").exit_code == 0
    assert caplog.text == ""
