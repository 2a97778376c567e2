"""The options that tell of a configuration and do not run the program."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import jsonschema
import pytest
from click.testing import CliRunner, Result
from pydantic import BaseModel, PositiveInt, SecretStr

from cordio_config import Config, block, check, configured, difference, schema, template

if TYPE_CHECKING:
    from packages.config.tests.conftest import Project


class Limits(BaseModel):
    """How much a client may ask for; see `there`."""

    burst: PositiveInt
    per_minute: PositiveInt = 60
    token: SecretStr = SecretStr("hunter2")
    unused: list[int] = []


def program(project: Project) -> click.Command:
    @click.command()
    @click.argument("name")
    @click.option("--greeting", prompt=True, help="What is said ``first``.")
    @click.option("--dull", default="")
    @block("limits", Limits)
    @configured(root=project.root, env_prefix="PROG", environ=project.environ)
    def main(config: Config, name: str) -> None:
        click.echo(f"ran {config['greeting']} {config.slice('limits')}")

    return main


def run(command: click.Command, *args: str) -> Result:
    return CliRunner().invoke(command, args, prog_name="prog", terminal_width=200)


def test_a_check_shows_every_value_its_origin_and_what_it_hides_and_runs_nothing(project: Project) -> None:
    project.file("config/main.yaml", "limits: {burst: 5, per_minute: 7, token: sesame}")
    project.environ["PROG_LIMITS_BURST"] = "6"
    project.file(".env", "PROG_LIMITS_BURST=8")
    done = run(program(project), "--config-check", "--limits-per-minute", "9", "--greeting", "Ahoy")
    assert done.exit_code == 0, done.output
    assert done.stdout == (
        "KEY                VALUE  TYPE     FROM\n"
        "greeting           Ahoy   TEXT     option --greeting\n"
        'dull               ""     TEXT     default\n'
        "limits.burst       8      INTEGER  .env:1\n"
        "                   6               over environment PROG_LIMITS_BURST\n"
        "                   5               over config/main.yaml:1:17\n"
        "limits.per_minute  9      INTEGER  option --limits-per-minute\n"
        "                   7               over config/main.yaml:1:32\n"
        "limits.token       ***    TEXT     config/main.yaml:1:42\n"
        "limits.unused      []     LIST     default\n"
        "\nNobody is known to take: dull\n"
    )


def test_a_check_of_a_wrong_configuration_ends_with_78_and_says_all(project: Project) -> None:
    project.file("config/main.yaml", "greeting: hi\nlimits: {burst: -5, brust: 6, token: [hunter2]}")
    done = run(program(project), "--config-check")
    assert done.exit_code == 78
    assert "limits.burst       -5" in done.stdout and "config/main.yaml:2:17" in done.stdout
    assert "did you mean limits.burst?" in done.stderr and "expected: greater than 0" in done.stderr
    assert "hunter2" not in done.output
    assert run(program(project), "--config-check", "--limits-burst", "x").exit_code == 2


def test_a_check_for_machines_is_json(project: Project) -> None:
    project.file("config/main.yaml", "greeting: hi\nlimits: {burst: -5, unused: [1]}")
    project.environ["PROG_LIMITS_TOKEN"] = "sesame"
    project.environ["PROG_GREETING"] = "Ahoy"
    done = run(program(project), "--config-check=json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["ok"], "sesame" in done.output) == (78, False, False)
    assert told["problems"][0]["key"] == "limits.burst" and told["problems"][0]["expected"] == "greater than 0"
    assert told["values"][0] == {
        "key": "greeting",
        "value": "Ahoy",
        "type": "TEXT",
        "required": False,
        "secret": False,
        "origin": {"source": "environment", "name": "PROG_GREETING", "line": None, "column": None},
        "hidden": [
            {"value": "hi", "origin": {"source": "file", "name": "config/main.yaml", "line": 1, "column": 11}}
        ],
        "consumers": told["values"][0]["consumers"],
    }
    assert told["values"][5]["value"] == [1] and told["unconsumed"] == ["dull"]


def test_named_files_are_read_instead_of_those_that_would_be_found(project: Project) -> None:
    project.file("config/main.yaml", "broken: [")
    one = project.file("one.yaml", "greeting: hi\nlimits: {burst: 1}")
    two = project.file("two.json", '{"limits": {"per_minute": 2}}')
    files = ("--config-file", str(one), "--config-file", str(two))
    done = run(program(project), "--config-check", *files)
    assert done.exit_code == 0, done.output
    assert "one.yaml:2:17" in done.stdout and "two.json:1:27" in done.stdout
    assert "ran Ho burst=1 per_minute=2" in run(program(project), "me", "--greeting", "Ho", *files).stdout


def test_explain_tells_winner_losers_why_and_who_takes_it(project: Project) -> None:
    project.file("config/a/main.yaml", "greeting: hi\nlimits: {burst: 5}")
    project.environ["PROG_LIMITS_BURST"] = "6"
    done = run(program(project), "--config-explain", "limits.burst")
    (line,) = [
        number
        for number, text in enumerate(Path(__file__).read_text().splitlines(), 1)
        if "config.slice('limits')" in text
    ][:1]
    assert done.stdout == (
        "limits.burst = 6\n"
        "    INTEGER; required; > 0; environment PROG_LIMITS_BURST\n"
        "    option --limits-burst\n"
        "    from environment PROG_LIMITS_BURST\n"
        "    over config/a/main.yaml:2:17, which says 5: environment counts more than file\n"
        f"    taken by main (test_inquiries.py:{line})\n"
    )
    assert (
        "over the default, ***"
        in run(program(project), "--config-explain", "limits.token", "--limits-token", "sesame").stdout
    )
    wrong = run(program(project), "--config-explain", "limits.brust")
    assert wrong.exit_code == 2 and "did you mean 'limits.burst'" in wrong.output


def test_the_same_is_to_be_had_without_click(project: Project) -> None:
    project.file("config/main.yaml", "limits: {brust: 5}")
    found = check(
        {"limits": Limits}, root=project.root, env_prefix="PROG", environ={}, consumers={"limits": ["me"]}
    )
    assert [one.kind for one in found.problems] == ["unknown", "missing"] and found.exit_code == 78
    assert "limits.burst       (missing)" in found.table()
    assert found.consumers("limits.burst") == ("me",) and found.unconsumed == ()
    assert "taken by me" in found.explain("limits.burst")


def test_in_a_terminal_the_table_is_coloured_and_fits_and_in_a_pipe_nothing_is_cut(project: Project) -> None:
    project.file(
        "prog.py",
        "import click\nfrom cordio_config import configured\n"
        "@click.command()\n@click.option('--greeting', default='x' * 300)\n"
        "@configured()\ndef main(config): pass\nmain()\n",
    )
    command = [sys.executable, "prog.py", "--config-check"]

    def in_terminal(**environ: str) -> str:
        ours, theirs = pty.openpty()
        environ = {"COLUMNS": "80", "TERM": "xterm", **environ}
        with subprocess.Popen(command, cwd=project.root, env=environ, stdout=theirs, stderr=theirs) as process:
            process.wait(60)
        os.close(theirs)
        text = os.read(ours, 100_000).decode()
        os.close(ours)
        return text

    assert "\x1b[" in in_terminal() and "…" in in_terminal()
    bare = in_terminal(NO_COLOR="1")
    assert "\x1b[" not in bare and all(len(line) <= 80 for line in bare.splitlines())
    piped = subprocess.run(
        command, cwd=project.root, env={"COLUMNS": "80"}, capture_output=True, text=True, timeout=60
    )
    assert "x" * 300 in piped.stdout and "\x1b[" not in piped.stdout


def test_a_hidden_value_is_said_at_debug_level(project: Project, caplog: pytest.LogCaptureFixture) -> None:
    project.file("config/main.yaml", "limits: {burst: 5}")
    project.environ["PROG_LIMITS_BURST"] = "6"
    project.file(".env", "PROG_LIMITS_BURST=8")
    with caplog.at_level("DEBUG"):
        project.load({"limits": Limits})
    assert [record.getMessage() for record in caplog.records] == [
        "limits.burst: .env:1 hides environment PROG_LIMITS_BURST",
        "limits.burst: .env:1 hides config/main.yaml:1:17",
    ]


def test_a_template_is_written_to_a_file_that_is_overwritten_by_force_only(project: Project) -> None:
    command, file = program(project), project.root / "made.toml"
    asked = ("--config-template", "toml", "--config-template-scope", "required", "--config-output", str(file))
    assert run(command, *asked, "--config-template-values", "quoted").exit_code == 0
    assert file.read_text().endswith("# burst =\n")
    again = run(command, *asked)
    assert again.exit_code == 2 and "is there already; --config-force overwrites it" in again.output
    assert file.read_text().endswith("# burst =\n")
    assert run(command, *asked, "--force").exit_code == 0
    assert file.read_text().endswith("burst = 10\n")
    options = [param for param in command.params if param.name == "greeting"]
    made = run(command, "--config-template", "yaml").stdout
    assert "# What is said first.\n# TEXT; environment PROG_GREETING\n" in made
    assert options and made.endswith(
        template({"limits": Limits}, "yaml", env_prefix="PROG").partition("\n")[2]
    )


def test_an_option_of_the_program_goes_before_one_of_ours(project: Project) -> None:
    @click.command()
    @click.option("--force", is_flag=True)
    @configured(root=project.root, env_prefix="PROG")
    def main(config: Config) -> None:
        click.echo(f"force={config['force']}")

    assert run(main, "--force").output == "force=True\n"
    file = project.file("made.yaml", "")
    done = run(main, "--config-template", "yaml", "--config-output", str(file), "--config-force")
    assert done.exit_code == 0 and "force: true" in file.read_text() or "force: false" in file.read_text()


def test_a_group_answers_without_a_command(project: Project) -> None:
    @click.group()
    @block("limits", Limits)
    @configured(root=project.root, env_prefix="PROG")
    def main(config: Config) -> None:
        """Never run here."""

    done = run(main, "--config-check", "--limits-burst", "1")
    assert done.exit_code == 0 and "option --limits-burst" in done.stdout


def test_a_schema_holds_every_section_and_no_secret(project: Project) -> None:
    done = run(program(project), "--config-schema")
    made = json.loads(done.stdout)
    jsonschema.Draft202012Validator.check_schema(made)
    limits = made["properties"]["limits"]
    assert limits["description"] == "How much a client may ask for; see there."
    assert limits["properties"]["per_minute"] == {
        "type": "integer",
        "exclusiveMinimum": 0,
        "description": "INTEGER; default 60; > 0; environment PROG_LIMITS_PER_MINUTE",
        "default": 60,
    }
    assert "hunter2" not in done.output
    jsonschema.validate({"limits": {"burst": 5}, "other": {}}, made)
    for wrong in ({"limits": {"burst": 0}}, {"limits": {"brust": 5}}, {"limits": {"unused": ["x"]}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, made)
    same = schema({"limits": Limits}, env_prefix="PROG")
    assert same["properties"]["limits"] == limits  # type: ignore[index]


def test_a_schema_beside_the_files_is_no_configuration(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    project.file("config/main.json", '{"$schema": "config.schema.json", "limits": {"burst": 1}}')
    project.file("config/config.schema.json", json.dumps(schema({"limits": Limits})))
    assert project.load({"limits": Limits}, pattern="**", on_unknown="stop").slice("limits")
    assert caplog.text == ""


def test_a_difference_shows_what_is_new_and_dead_with_the_comments_kept(project: Project) -> None:
    file = project.file("main.toml", "# ours\n[limits]\nbrust = 5  # why\ntoken = 'sesame'\n\n[gone]\nx = 1\n")
    text = difference(file, {"limits": Limits}, env_prefix="PROG")
    assert text == (
        "  # ours\n"
        "  [limits]\n"
        "- brust = 5  # why    <- limits.brust is dead: did you mean limits.burst?\n"
        "  token = 'sesame'\n"
        "\n"
        "- [gone]    <- gone is dead\n"
        "  x = 1\n"
        "+ limits.burst    <- INTEGER; required; > 0; environment PROG_LIMITS_BURST\n"
        "+ limits.per_minute    <- INTEGER; default 60; > 0; environment PROG_LIMITS_PER_MINUTE\n"
        "+ limits.unused    <- LIST; default []; environment PROG_LIMITS_UNUSED\n"
    )
    done = run(program(project), "--config-diff", str(file))
    assert done.exit_code == 0 and "- brust = 5" in done.stdout and "+ greeting" in done.stdout
    file.write_text("[")
    assert run(program(project), "--config-diff", str(file)).exit_code == 78


def test_the_help_tells_when_a_value_of_an_optional_group_is_required(project: Project) -> None:
    class Outer(BaseModel):
        limits: Limits | None = None

    @click.command()
    @block("outer", Outer)
    @configured(root=project.root, env_prefix="PROG")
    def main(config: Config) -> None:
        """Not run."""

    assert "required if outer.limits is given" in run(main, "--help").stdout


def test_a_file_that_cannot_be_written_is_a_usage_error(project: Project) -> None:
    asked = ("--config-schema", "--config-output", str(project.file("none", "") / "there.json"))
    done = run(program(project), *asked)
    assert done.exit_code == 2 and "cannot be written: Not a directory" in done.output


def test_the_help_of_options_is_plain_text(project: Project) -> None:
    text = run(program(project), "--help").stdout
    assert "How much a client may ask for; see there." in text
    assert "`" not in text and "--config-check" in text
