"""The table of promises on configuration, each with a test of its name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner, Result
from pydantic import BaseModel, PositiveInt, SecretStr

from cordio_config import Config, ConfigError, block, configured

if TYPE_CHECKING:
    from packages.config.tests.conftest import Project


class Limits(BaseModel):
    burst: PositiveInt
    per_minute: PositiveInt = 60


class Store(BaseModel):
    host: str = "localhost"
    password: SecretStr = SecretStr("")


def program(project: Project, **choices: object) -> click.Command:
    made: Callable[..., Callable[[Callable[..., None]], Callable[..., None]]] = configured

    @click.command()
    @click.option("--greeting", default="Hello", help="What is said first.")
    @block("limits", Limits)
    @block("store", Store)
    @made(root=project.root, env_prefix="PROG", environ=project.environ, **choices)
    def main(config: Config) -> None:
        limits, store = config.slice("limits", Limits), config.slice("store", Store)
        click.echo(f"{config['greeting']} {limits.burst} {store.host}")

    return main


def run(command: click.Command, *args: str) -> Result:
    return CliRunner().invoke(command, args, prog_name="prog", terminal_width=200)


def test_c1_options_and_their_attributes_are_declared_by_click_decorators(project: Project) -> None:
    project.file("config/main.yaml", "greeting: Ahoy\nlimits: {burst: 5}")
    assert run(program(project)).stdout == "Ahoy 5 localhost\n"
    assert "--greeting TEXT" in (told := run(program(project), "--help").stdout)
    assert "What is said first.  [env var: PROG_GREETING]" in told


def test_c2_standard_blocks_are_attached_by_a_call(
    tmp_path: Path, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    _announce(tmp_path, "pg", "host: str = 'db.local'")
    monkeypatch.syspath_prepend(str(tmp_path))

    @click.command()
    @block("pg")
    @configured(root=project.root, env_prefix="PROG")
    def main(config: Config) -> None:
        click.echo(config.slice("pg"))

    assert run(main, "--pg-host", "other").stdout == "host='other'\n"
    with pytest.raises(ConfigError, match=r"announces the block 'pgg'\n.*did you mean 'pg'"):
        block("pgg")


def test_c3_sources_are_composed_by_priority(project: Project) -> None:
    told = []
    project.file("config/main.yaml", "limits: {burst: 1}")
    told.append(run(program(project)).stdout)
    project.environ["PROG_LIMITS_BURST"] = "2"
    told.append(run(program(project)).stdout)
    project.file(".env", "PROG_LIMITS_BURST=3")
    told.append(run(program(project)).stdout)
    told.append(run(program(project), "--limits-burst", "4").stdout)
    assert told == [f"Hello {number} localhost\n" for number in (1, 2, 3, 4)]


def test_c4_values_stand_in_one_file_or_in_files_by_section(project: Project) -> None:
    project.file("config/main.yaml", "limits: {burst: 1}")
    project.file("config/store.yaml", "host: db.local")
    assert run(program(project)).stdout == "Hello 1 db.local\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("main.toml", 'greeting = "Ahoy"\n[limits]\nburst = 5'),
        ("main.yaml", "greeting: Ahoy\nlimits:\n  burst: 5"),
        ("main.json", '{"greeting": "Ahoy", "limits": {"burst": 5}}'),
        ("main.json", '{"greeting": "Ahoy", /* so */ "limits": {"burst": 5,},} // end'),
        ("main.ini", "greeting = Ahoy\n[limits]\nburst = 5"),
    ],
)
def test_c5_each_format_is_read(project: Project, name: str, text: str) -> None:
    project.file(f"config/{name}", text)
    assert run(program(project, pattern="**/main.*")).stdout == "Ahoy 5 localhost\n"


def test_c6_files_are_found_by_paths_and_patterns(project: Project, tmp_path: Path) -> None:
    project.file("settings/a.yaml", "limits: {burst: 1}")
    project.file("other/deep/b.json", '{"store": {"host": "db"}}')
    found = program(project, paths=["settings", project.root / "other"], pattern=["*.yaml", "deep/*.json"])
    assert run(found).stdout == "Hello 1 db\n"


def test_c7_files_are_ordered_by_bare_name_and_a_repeated_key_stops_by_default(project: Project) -> None:
    project.file("config/z/a.yaml", "limits: {burst: 1}")
    project.file("config/a/b.yaml", "limits: {burst: 2}")
    stopped = run(program(project, pattern="*.yaml"))
    assert stopped.exit_code == 78
    assert "config/a/b.yaml:1:17: limits.burst is given again; first at config/z/a.yaml:1:17" in stopped.stderr
    assert run(program(project, pattern="*.yaml", on_duplicate="last")).stdout == "Hello 2 localhost\n"


def test_c8_a_file_that_cannot_be_loaded_is_shown_and_stops_by_choice(project: Project) -> None:
    project.file("config/a/main.yaml", "limits: {burst: [")
    project.file("config/b/main.yaml", "limits: {burst: 5}")
    stopped = run(program(project))
    assert stopped.exit_code == 78 and "config/a/main.yaml:1:18: cannot be loaded" in stopped.stderr
    skipped = run(program(project, on_parse_error="skip"))
    assert skipped.stdout == "Hello 5 localhost\n"
    assert "config/a/main.yaml:1:18: cannot be loaded" in skipped.stderr


def test_c9_values_are_validated_converted_and_given_defaults_with_a_chosen_reaction(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    project.file("config/main.yaml", 'limits: {burst: "5", per_minute: -1}')
    stopped = run(program(project))
    assert (
        stopped.exit_code == 78 and "limits.per_minute is -1\n    expected: greater than 0" in stopped.stderr
    )
    assert run(program(project, on_invalid="warn")).stdout == "Hello 5 localhost\n"
    assert "limits.per_minute is -1" in caplog.text
    assert isinstance(run(program(project, on_invalid="raise")).exception, ConfigError)


def test_c10_a_consumer_gets_its_slice(project: Project) -> None:
    project.file("config/main.yaml", "limits: {burst: 5}")
    config = project.load({"limits": Limits, "store": Store})
    limits = config.slice("limits", Limits)
    assert (limits.burst, limits.per_minute) == (5, 60)
    with pytest.raises(ValueError, match="frozen"):
        limits.burst = 6


@pytest.mark.parametrize("form", ["yaml", "json", "toml", "ini", "jsonc"])
def test_c11_a_parameter_writes_a_template(project: Project, form: str) -> None:
    made = run(program(project), "--config-template", form, "--config-template-scope", "required").stdout
    project.file(f"config/main.{form}", made)
    assert run(program(project, pattern="main.*")).stdout == "Hello 10 localhost\n"
    blank = run(program(project), "--config-template", form, "--config-template-values", "template").stdout
    assert "{{ limits_burst }}" in blank


def test_c12_a_parameter_validates_and_shows_values_with_origins(project: Project) -> None:
    project.file("config/main.yaml", "limits: {burst: 5}\nstore: {password: sesame}")
    shown = run(program(project), "--config-check")
    assert shown.exit_code == 0 and "sesame" not in shown.output
    assert "limits.burst       5          INTEGER  config/main.yaml:1:17" in shown.stdout
    wrong = project.file("wrong.yaml", "limits: {burst: -5}")
    checked = run(program(project), "--config-check=json", "--config-file", str(wrong))
    assert checked.exit_code == 78 and json.loads(checked.stdout)["problems"][0]["origin"]["line"] == 1


def test_c13_defaults_are_as_promised(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.file("config/deep/main.yaml", "limits: {burst: 1}")
    project.file("config/main.json", '{"store": {"host": "db"}}')
    project.file(".env", "PROG_GREETING=Ahoy")
    monkeypatch.chdir(project.root)
    config = Config.load({"limits": Limits, "store": Store}, env_prefix="PROG", environ={})
    assert config.slice("store", Store).host == "db" and config.slice("limits", Limits).burst == 1
    project.file("config/main.json", '{"limits": {"burst": 2}, ')
    kinds = [one.kind for one in project.refusal({"limits": Limits}).problems]
    assert kinds == ["unreadable"]
    project.file("config/main.json", '{"limits": {"burst": 2}}')
    assert [one.kind for one in project.refusal({"limits": Limits}).problems] == ["duplicate"]


def test_c14_options_set_addresses_credentials_modes_and_behaviour(project: Project) -> None:
    class Errors(BaseModel):
        show_details: bool = False
        messages: dict[str, str] = {}

    project.file(
        "config/main.yaml", "store: {host: db.local, password: 01234}\nerrors: {messages: {gone: Sorry.}}"
    )
    project.environ["PROG_ERRORS_SHOW_DETAILS"] = "yes"
    config = project.load({"store": Store, "errors": Errors})
    errors, store = config.slice("errors", Errors), config.slice("store", Store)
    assert (errors.show_details, errors.messages) == (True, {"gone": "Sorry."})
    assert (store.host, store.password.get_secret_value()) == ("db.local", "01234")


def _announce(folder: Path, section: str, field: str) -> None:
    module = f"announced_{section}"
    (folder / f"{module}.py").write_text(
        f"from pydantic import BaseModel\nclass Settings(BaseModel):\n    {field}\n"
    )
    facts = folder / f"{module}-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(f"[cordio.settings]\n{section} = {module}:Settings\n")
