"""A value goes on working by its old names, in every source, with a warning."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import click
import pytest
from click.testing import CliRunner
from pydantic import BaseModel

from cordio_config import Config, Was, block, configured, difference, schema

if TYPE_CHECKING:
    from packages.config.tests.conftest import Project


class Limits(BaseModel):
    per_minute: Annotated[int, Was("rate", "speed")] = 60


@dataclass(frozen=True)
class Store:
    host: str = field(default="localhost", metadata={"was": "server"})


MODELS = {"limits": Limits, "store": Store}


def test_an_old_name_in_a_file_works_and_warns(project: Project, caplog: pytest.LogCaptureFixture) -> None:
    project.file("config/main.yaml", "limits: {rate: 5}\nstore: {server: db}")
    config = project.load(MODELS)
    assert (config.slice("limits", Limits).per_minute, config.slice("store", Store).host) == (5, "db")
    assert str(config.origin("limits.per_minute")) == "config/main.yaml:1:16"
    assert "config/main.yaml:1:10: limits.rate is an old name\n    write limits.per_minute" in caplog.text
    assert "store.server is an old name" in caplog.text


def test_an_old_variable_works_and_warns(project: Project, caplog: pytest.LogCaptureFixture) -> None:
    project.environ["PROG_LIMITS_SPEED"] = "7"
    assert project.load(MODELS).slice("limits", Limits).per_minute == 7
    assert "PROG_LIMITS_SPEED is an old name\n    write PROG_LIMITS_PER_MINUTE" in caplog.text


def test_an_old_option_works_warns_and_is_not_in_the_help(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    @click.command()
    @block("limits", Limits)
    @configured(root=project.root, env_prefix="PROG")
    def main(config: Config) -> None:
        click.echo(config.slice("limits", Limits).per_minute)

    assert CliRunner().invoke(main, ["--limits-rate", "8"]).stdout == "8\n"
    assert "--limits-rate is an old name: write --limits-per-minute" in caplog.text
    assert "--limits-rate" not in CliRunner().invoke(main, ["--help"]).stdout


def test_old_names_of_sections_and_of_own_options_are_given_where_values_are_loaded(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    project.file("config/main.yaml", "hello: Ahoy\nthrottle: {speed: 5}")
    project.environ["PROG_THROTTLE_PER_MINUTE"] = "6"

    @click.command()
    @click.option("--greeting", default="Hello")
    @block("limits", Limits)
    @configured(
        root=project.root,
        env_prefix="PROG",
        environ=project.environ,
        renamed={"hello": "greeting", "throttle": "limits"},
    )
    def main(config: Config) -> None:
        click.echo(f"{config['greeting']} {config.slice('limits', Limits).per_minute}")

    assert CliRunner().invoke(main).stdout == "Ahoy 6\n"
    for told in ("hello is an old name", "throttle is an old name", "PROG_THROTTLE_PER_MINUTE is an old name"):
        assert told in caplog.text


def test_the_old_and_the_new_name_together_are_a_repeated_key(project: Project) -> None:
    project.file("config/main.yaml", "limits: {rate: 5, per_minute: 6}")
    (problem,) = project.refusal(MODELS).problems
    assert (problem.kind, problem.key) == ("duplicate", "limits.per_minute")


def test_a_difference_and_a_schema_tell_old_names(project: Project) -> None:
    file = project.file("main.yaml", "limits:\n  rate: 5 # ours\n")
    told = "~   rate: 5 # ours    <- limits.rate is limits.per_minute now\n"
    assert told in difference(file, {"limits": Limits})
    made = schema({"limits": Limits})
    assert made["properties"]["limits"]["properties"]["rate"]["deprecated"]  # type: ignore[index]
