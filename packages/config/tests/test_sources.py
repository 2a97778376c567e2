"""Sources of every kind, in an order that can be chosen, with a place for each value."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr

from cordio_config import Config, ConfigError, Origin, SecretFiles, Source, block, configured
from cordio_config._findings import Findings
from cordio_config._variables import _by_dotenv, _parsed

if TYPE_CHECKING:
    from packages.config.tests.conftest import Project


class Limits(BaseModel):
    burst: int = 1
    hosts: list[str] = []
    token: SecretStr | None = None
    labels: dict[str, int] = {}


MODELS: dict[str, type] = {"limits": Limits}


class Vault:
    """A source of one's own."""

    name = "vault"

    def __init__(self, **values: object) -> None:
        self._values = values

    def values(self) -> Mapping[str, tuple[object, Origin]]:
        return {
            key.replace("__", "."): (value, Origin("vault", f"secret/{key}"))
            for key, value in self._values.items()
        }


def limits(config: Config) -> Limits:
    return config.slice("limits", Limits)


def test_the_order_of_the_sources_can_be_chosen(project: Project) -> None:
    project.file("config/main.yaml", "limits: {burst: 2}")
    project.environ = {"PROG_LIMITS_BURST": "3"}
    project.file(".env", "PROG_LIMITS_BURST=4")
    given = {"limits.burst": "5"}
    assert limits(project.load(MODELS, cli=given)).burst == 5
    assert limits(project.load(MODELS, cli=given, priority=["command line", ".env", "files"])).burst == 2
    order = ["command line", "files", ".env", "environment"]
    config = project.load(MODELS, cli=given, priority=order)
    assert (limits(config).burst, str(config.origin("limits.burst"))) == (3, "environment PROG_LIMITS_BURST")


def test_a_source_can_be_dropped_and_advice_does_not_name_it(project: Project) -> None:
    class Needy(BaseModel):
        must: int

    project.file("config/main.yaml", "limits: {burst: x}")
    project.environ = {"PROG_LIMITS_BURST": "3", "PROG_NONSENSE": ""}
    assert limits(project.load(MODELS, priority=["environment"])).burst == 3
    (problem,) = project.refusal({"needy": Needy}, priority=["command line"], cli={}).problems
    assert problem.advice == "set it in a file as needy.must or by --needy-must"


def test_an_option_is_refused_where_the_command_line_does_not_count(project: Project) -> None:
    (problem,) = project.refusal(MODELS, cli={"limits.burst": "1"}, priority=["files"]).problems
    assert str(problem) == (
        "option --limits-burst: limits.burst is given where it does not count\n"
        "    expected: no value on the command line, which is no source here"
    )


def test_a_source_of_ones_own_stands_among_the_others(project: Project) -> None:
    vault: Source = Vault(limits__burst="7", LIMITS_TOKEN="t", PROG_LIMITS_HOSTS="a, b")
    project.file("config/main.yaml", "limits: {burst: 2}")
    project.environ = {"PROG_LIMITS_TOKEN": "env"}
    config = project.load(MODELS, priority=["files", vault, "environment"])
    values = limits(config)
    assert (values.burst, values.hosts) == (7, ["a", "b"])
    assert values.token is not None and values.token.get_secret_value() == "env"
    assert str(config.origin("limits.burst")) == "vault secret/limits__burst"


def test_a_source_may_give_values_that_are_no_text_and_whole_groups(project: Project) -> None:
    vault = Vault(limits={"burst": 3, "hosts": ["x"], "labels": {"a": 1}})
    values = limits(project.load(MODELS, priority=[vault]))
    assert (values.burst, values.hosts, values.labels) == (3, ["x"], {"a": 1})


def test_what_a_source_gives_wrongly_is_told_with_its_place(project: Project) -> None:
    vault = Vault(limits__burst="x", limits__brust="1")
    told = [str(one).splitlines() for one in project.refusal(MODELS, priority=[vault]).problems]
    assert told == [
        ["vault secret/limits__brust: limits.brust names no value", "    did you mean limits.burst?"],
        [
            'vault secret/limits__burst: limits.burst is "x"',
            "    expected: a valid integer, unable to parse string as an integer",
        ],
    ]


def test_a_source_that_fails_is_a_mistake_in_the_report(project: Project) -> None:
    class Broken:
        name = "vault"

        def values(self) -> Mapping[str, tuple[object, Origin]]:
            raise ConnectionRefusedError(111, "Connection refused")

    project.file("config/main.yaml", "limits: {burst: x}")
    told = [str(one).splitlines()[0] for one in project.refusal(MODELS, priority=["files", Broken()]).problems]
    assert told == [
        "vault: cannot be loaded: the system refuses: Connection refused",
        'config/main.yaml:1:17: limits.burst is "x"',
    ]


@pytest.mark.parametrize("priority", [["files", "cli"], ["files", "files"], [3]])
def test_what_is_no_order_of_sources_is_refused_when_it_is_declared(
    project: Project, priority: object
) -> None:
    (problem,) = project.refusal(MODELS, priority=priority).problems
    assert problem.kind == "declaration" and "'command line'" in problem.advice


def test_the_order_is_chosen_for_a_command_too(project: Project) -> None:
    @click.command()
    @block("limits", Limits)
    @configured(root=project.root, env_prefix="PROG", environ={}, priority=[Vault(limits__burst="7"), "files"])
    def main(config: Config) -> None:
        click.echo(config.origin("limits.burst"))

    assert CliRunner().invoke(main, []).stdout == "vault secret/limits__burst\n"


def test_secret_files_are_values_as_docker_and_kubernetes_mount_them(project: Project) -> None:
    folder = project.file("secrets/PROG_LIMITS_TOKEN", "from docker\n\n").parent
    project.file("secrets/..data/limits/burst", "9\r\n")
    (folder / "limits").symlink_to("..data/limits")
    project.file("secrets/limits_hosts", "a,b")
    (folder / "limits").unlink()
    (folder / "limits").mkdir()
    (folder / "limits/burst").symlink_to("../..data/limits/burst")
    config = project.load(MODELS, priority=["files", SecretFiles(folder)])
    values = limits(config)
    assert values.token is not None and values.token.get_secret_value() == "from docker\n"
    assert (values.burst, values.hosts) == (9, ["a", "b"])
    assert str(config.origin("limits.token")) == f"{folder}/PROG_LIMITS_TOKEN"


def test_secret_files_that_cannot_be_read_are_told_all_and_without_their_content(project: Project) -> None:
    folder = project.file("secrets/limits.token", b"hunter2\xff").parent
    (folder / "limits.burst").symlink_to("nowhere")
    error = project.refusal(MODELS, priority=[SecretFiles(folder)])
    assert [str(one) for one in error.problems] == [
        f"{folder}/limits.burst: cannot be loaded: its link leads nowhere (nowhere)",
        f"{folder}/limits.token:1:8: cannot be loaded: it is not UTF-8 (byte 0xff)",
    ]


def test_a_folder_of_secret_files_may_be_missing_but_not_be_a_file(project: Project) -> None:
    assert limits(project.load(MODELS, priority=[SecretFiles(project.root / "none")])).burst == 1
    file = project.file("secrets", "")
    (problem,) = project.refusal(MODELS, priority=[SecretFiles(file)]).problems
    assert str(problem) == "secret files: cannot be loaded: the system refuses: Not a directory"


def test_a_variable_may_name_the_file_that_holds_its_value(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.file("cwd/token", "hunter2\n\n").parent)
    project.file("cwd/burst", "8")
    project.environ = {
        "PROG_LIMITS_TOKEN_FILE": "token",
        "PROG_LIMITS__BURST_FILE": str(Path("burst").absolute()),
    }
    config = project.load(MODELS)
    values = limits(config)
    assert values.token is not None and values.token.get_secret_value() == "hunter2\n"
    assert (values.burst, str(config.origin("limits.burst"))) == (8, "environment PROG_LIMITS__BURST_FILE")


@pytest.mark.parametrize(
    ("file", "reason"), [("none", "it does not exist"), ("", "it is a folder"), ("a\0b", "no name of a file")]
)
def test_a_file_that_a_variable_names_and_that_cannot_be_read_is_told(
    project: Project, file: str, reason: str
) -> None:
    project.environ = {"PROG_LIMITS_TOKEN_FILE": file}
    (problem,) = project.refusal(MODELS, on_invalid="warn").problems
    assert str(problem.origin) == "environment PROG_LIMITS_TOKEN_FILE" and reason in problem.what


def test_a_value_and_the_file_of_it_are_one_too_many(project: Project) -> None:
    project.environ = {"PROG_LIMITS_BURST": "1", "PROG_LIMITS_BURST_FILE": str(project.file("b", "2"))}
    (problem,) = project.refusal(MODELS).problems
    assert str(problem.origin) == "environment PROG_LIMITS_BURST_FILE"
    assert problem.what == "limits.burst is given again; first at environment PROG_LIMITS_BURST"


def test_an_option_that_is_called_so_goes_before_the_file_of_another(project: Project) -> None:
    class Pair(BaseModel):
        cert: str = ""
        cert_file: str = ""

    project.environ = {"PROG_PAIR_CERT_FILE": "/nowhere"}
    pair = project.load({"pair": Pair}).slice("pair", Pair)
    assert (pair.cert, pair.cert_file) == ("", "/nowhere")


def test_files_of_secrets_and_of_variables_count_as_files_of_the_configuration(project: Project) -> None:
    folder = project.file("secrets/limits.burst", "2").parent
    token = project.file("token", "t")
    project.environ = {"PROG_LIMITS_TOKEN_FILE": str(token)}
    config = project.load(MODELS, priority=["environment", SecretFiles(folder)])
    assert config._composition.files == (token, folder / "limits.burst")


def test_a_named_file_that_is_missing_is_a_mistake(project: Project) -> None:
    (problem,) = project.refusal(MODELS, files=[project.root / "none.yaml"]).problems
    assert str(problem) == "none.yaml: cannot be loaded: it does not exist"


@pytest.mark.parametrize("section", ["pg", "amqp", "http", "log", "sentry", "zipkin", "statsd", "tls", "auth"])
def test_a_standard_block_says_which_package_brings_it(section: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **group: EntryPoints())
    with pytest.raises(ConfigError, match=f"no installed package announces the block '{section}'") as caught:
        block(section)
    assert "pip install cordio-" in str(caught.value)


@pytest.mark.parametrize("value", ["nonesuch.module:Settings", "os:nonesuch"])
def test_a_block_whose_package_is_broken_is_told(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = EntryPoint("pg", value, "cordio.settings")
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **group: EntryPoints([entry]))
    with pytest.raises(ConfigError, match=f"the block 'pg' cannot be loaded from {value}"):
        block("pg")


def test_the_prefix_of_a_program_whose_name_begins_with_a_digit_is_a_name_of_a_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    @click.command()
    @click.option("--greeting", default="Hello")
    @configured(environ={"_2ND_GREETING": "Ahoy"}, paths=[], dotenv=None)
    def main(config: Config) -> None:
        click.echo(config["greeting"])

    monkeypatch.setattr("sys.argv", [f"bin{os.sep}2nd.py"])
    assert CliRunner().invoke(main, []).stdout == "Ahoy\n"


def test_an_unknown_section_stops_by_choice_and_an_unknown_option_by_default(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    project.file("config/main.yaml", "limits: {burst: 2}\nlimit: {burst: 3}\n")
    assert limits(project.load(MODELS)).burst == 2
    assert "limit is not known\n    did you mean limits?" in caplog.text
    (problem,) = project.refusal(MODELS, on_unknown_section="stop").problems
    assert (problem.key, problem.advice) == ("limit", "did you mean limits?")
    project.file("config/main.yaml", "limits: {burst: 2}\nfarewell: Bye\n")
    (problem,) = project.refusal(MODELS).problems
    assert (problem.key, str(problem.origin)) == ("farewell", "config/main.yaml:2:1")


LINES = st.text("aA_ =#\"'\\$xp%\t-", max_size=12) | st.sampled_from(
    ["export A=b", "A=b=c", "# no", "B='x y'"]
)


@settings(deadline=None, max_examples=200)
@given(st.lists(LINES, max_size=4).map("\n".join))
def test_plain_lines_of_a_dotenv_file_are_read_as_python_dotenv_reads_them(text: str) -> None:
    findings = Findings()
    by_dotenv = list(_by_dotenv(text, ".env", findings))
    if not findings.problems:
        assert list(_parsed(text, ".env", findings)) == by_dotenv
    assert len(list(_parsed(text, ".env", Findings()))) == len(by_dotenv)
