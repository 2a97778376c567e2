"""A template holds every value, is commented where the format can be, and loads back."""

from __future__ import annotations

import json
import re
from configparser import ConfigParser
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from ipaddress import IPv4Address
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID

import click
import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    HttpUrl,
    PositiveInt,
    PostgresDsn,
    SecretStr,
    create_model,
)

from cordio_config import Duration, Size, schema, template
from cordio_config._formats import EXTENSIONS
from cordio_config._phrase import phrases
from cordio_config._template import TemplateFormat, TemplateValues

if TYPE_CHECKING:
    from packages.config.tests.conftest import Project

FORMATS = ["yaml", "json", "toml"] + [one for one in ("ini", "jsonc") if f".{one}" in EXTENSIONS]


class Level(Enum):
    LOW = "low"
    HIGH = "high"


class Pool(BaseModel):
    size: Annotated[int, Field(ge=2, le=8)]
    wait: Duration = Duration("1m30s")


class Limits(BaseModel):
    """How much a client may ask for."""

    burst: PositiveInt = Field(description="At ``once``.")
    per_minute: PositiveInt = 60
    token: SecretStr = SecretStr("hunter2")
    hosts: list[str]
    labels: dict[str, int] = {}
    name: str
    on: bool = False
    pool: Pool


GREETING = click.Option(["--greeting"], default="Hello", help="What is said first.")
COUNT = click.Option(["--count"], type=click.IntRange(1, 5), required=True)


def test_a_template_has_help_type_default_range_and_variable_as_comments() -> None:
    text = template({"limits": Limits}, "yaml", options=[GREETING, COUNT], env_prefix="PROG")
    for promised in (
        "# yaml-language-server: $schema=config.schema.json\n",
        '# What is said first.\n# TEXT; default Hello; environment PROG_GREETING\ngreeting: "Hello"\n',
        "# INTEGER RANGE; required; ≥ 1, ≤ 5; environment PROG_COUNT\ncount: 1\n",
        "# How much a client may ask for.\nlimits:\n",
        "  # At once.\n  # INTEGER; required; > 0; environment PROG_LIMITS_BURST\n  burst: 10\n",
        "  # INTEGER; default 60; > 0; environment PROG_LIMITS_PER_MINUTE\n  per_minute: 60\n",
        '  # BOOLEAN; default false; environment PROG_LIMITS_ON\n  "on": false\n',
        '    # DURATION; default 1m30s; environment PROG_LIMITS_POOL_WAIT\n    wait: "1m30s"\n',
    ):
        assert promised in text, text


@dataclass(frozen=True)
class Vault:
    key: str = field(default="hunter2", metadata={"secret": True})


@pytest.mark.parametrize("form", ["yaml", "toml", "ini", "json", "jsonc"])
def test_a_secret_default_is_in_no_template(form: TemplateFormat) -> None:
    every: list[TemplateValues] = ["empty", "quoted", "example", "template"]
    for values in every:
        text = template({"limits": Limits, "vault": Vault}, form, values=values)
        assert "hunter2" not in text and "key" in text
    assert "hunter2" not in json.dumps(schema({"limits": Limits, "vault": Vault}))


def test_a_template_of_required_values_leaves_the_others_out() -> None:
    text = template({"limits": Limits}, "json", scope="required", options=[GREETING, COUNT])
    assert json.loads(text) == {
        "$schema": "config.schema.json",
        "count": 1,
        "limits": {"burst": 10, "hosts": ["example"], "name": "example", "pool": {"size": 5}},
    }


def test_placeholders_are_nothing_quotes_or_names_for_a_template_engine() -> None:
    def made(form: Literal["yaml", "toml", "ini", "json", "jsonc"], values: str) -> list[str]:
        text = template({"limits": Limits}, form, scope="required", values=values)  # type: ignore[arg-type]
        return [
            line.strip() for line in text.splitlines() if "burst" in line or "hosts" in line or "name" in line
        ]

    assert made("yaml", "empty") == ["burst:", "hosts:", "name:"]
    assert made("yaml", "quoted") == ["burst:", "hosts: []", 'name: ""']
    assert made("toml", "quoted") == ["# burst =", "hosts = []", 'name = ""']
    assert made("ini", "empty") == ["burst =", "hosts =", "name ="]
    assert made("json", "quoted") == ['"burst": null,', '"hosts": [],', '"name": "",']
    assert made("yaml", "template")[0] == 'burst: "{{ limits_burst }}"'
    assert made("ini", "template")[0] == "burst = {{ limits_burst }}"


def test_nested_groups_and_empty_ones_are_written() -> None:
    class Spare(BaseModel):
        pool: Pool | None = None

    class Calm(BaseModel):
        size: int = 1

    class Holder(BaseModel):
        calm: Calm

    assert "spare.pool" in template({"spare": Spare}, "toml")
    assert template({"spare": Spare}, "toml", scope="required") == "#:schema config.schema.json\n"
    assert "[holder.calm]" in template({"holder": Holder}, "toml", scope="required")
    assert "calm: {}" in template({"holder": Holder}, "yaml", scope="required")


@pytest.mark.parametrize(
    "pattern",
    [
        *(
            r"^[a-z]{3,5}-\d+$",
            r"(a|b)\1",
            r"[^a]",
            r"\S+@\S+",
            r"\W",
            r"^\+?[1-9]\d{1,14}$",
            r"[A-Z]{2}",
            r"a.c",
        ),
        *(r"(?>ab)+", r"(?:x|y)z?", r"[\w.]{9}", r"[^\s\d]", r"a*?b", r"\D"),
    ],
)
def test_an_example_matches_the_pattern_of_its_type(pattern: str) -> None:
    (example,) = islice(phrases(pattern), 1)
    assert re.search(pattern, example)


@pytest.mark.parametrize("pattern", [r"^(?=x)y", "(", r"(?<!a)\b\B"])
def test_no_example_is_made_for_a_pattern_that_is_too_hard(pattern: str) -> None:
    assert list(phrases(pattern)) == []


def test_a_value_without_an_example_is_left_to_be_filled_in() -> None:
    class Odd(BaseModel):
        name: Annotated[str, Field(pattern="^[0-9]{3}[a-z]$"), AfterValidator(int)] = "x"
        size: Annotated[int, Field(examples=[42])] = Field(7, examples=[42])

    assert "  name:\n" in template({"odd": Odd}, "yaml") and "# name =\n" in template({"odd": Odd}, "toml")
    assert "  size: 42\n" in template({"odd": Odd}, "yaml")


def test_options_of_every_type_of_click_have_valid_examples(project: Project) -> None:
    options = [
        click.Option(["--when"], type=click.DateTime(), required=True),
        click.Option(["--pair"], type=(int, str), required=True),
        click.Option(["--tags"], multiple=True, type=click.FloatRange(1, 2, min_open=True), required=True),
        click.Option(["--three"], nargs=3, type=int, required=True),
        click.Option(["--level"], type=click.Choice(["low", "high"]), required=True),
        click.Option(["--id"], type=click.UUID, required=True),
        click.Option(["--loud/--quiet"]),
    ]
    text = template(form="yaml", options=options)
    project.file("config/main.yaml", text)
    config = project.load({}, options=options)
    assert (config["pair"], config["level"], config["loud"]) == ((10, "example"), "low", False)
    made = schema(options=options)
    jsonschema.validate(json.loads(template(form="json", options=options)), made)


def test_json_with_comments_is_json_but_for_its_comments() -> None:
    text = template({"limits": Limits}, "jsonc", options=[GREETING, COUNT])
    bare = [line for line in text.splitlines() if not line.lstrip().startswith("//")]
    assert len(bare) < len(text.splitlines())
    assert json.loads("\n".join(bare)) == json.loads(
        template({"limits": Limits}, "json", options=[GREETING, COUNT])
    )


def test_ini_has_sections_dotted_for_groups_and_json_for_structures() -> None:
    parser = ConfigParser(interpolation=None)
    parser.read_string(f"[top]\n{template({'limits': Limits}, 'ini', options=[GREETING, COUNT])}")
    assert dict(parser["top"]) == {"greeting": "Hello", "count": "1"}
    assert parser["limits"]["hosts"] == '["example"]' and parser["limits"]["on"] == "false"
    assert dict(parser["limits.pool"]) == {"size": "5", "wait": "1m30s"}


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8)
NUMBERS = st.integers(-1000, 1000)


@st.composite
def bounded(draw: st.DrawFn) -> object:
    low = draw(NUMBERS)
    high = low + draw(st.integers(1, 500))
    return draw(
        st.sampled_from(
            [
                Annotated[int, Field(ge=low, le=high)],
                Annotated[int, Field(gt=low, lt=high + 2)],
                Annotated[int, Field(ge=low, multiple_of=7)],
                Annotated[float, Field(gt=low, lt=high)],
                Annotated[float, Field(lt=low)],
            ]
        )
    )


@st.composite
def sized(draw: st.DrawFn) -> object:
    least = draw(st.integers(0, 12))
    return draw(
        st.sampled_from(
            [
                Annotated[str, Field(min_length=least, max_length=least + 3)],
                Annotated[str, Field(pattern=rf"^[a-c]{{{least}}}-\d+$")],
                Annotated[SecretStr, Field(min_length=least)],
                Annotated[list[int], Field(min_length=min(least, 4))],
                Annotated[set[int], Field(min_length=min(least, 4))],
            ]
        )
    )


PLAIN = st.sampled_from(
    [
        *(int, float, bool, str, SecretStr, Duration, Size, date, timedelta, Decimal, UUID, Path),
        *(IPv4Address, HttpUrl, PostgresDsn, Level, Literal["no", "1.10", "x"], list[str], list[float]),
        *(dict[str, int], dict[str, list[bool]], tuple[int, str], list[Pool], set[Level]),
    ]
)
TYPES = PLAIN | bounded() | sized()


@st.composite
def models(draw: st.DrawFn, depth: int = 2) -> type[BaseModel]:
    fields: dict[str, object] = {}
    keys = draw(
        st.lists(st.sampled_from(["a", "on", "per_minute", "null", "x1", "no"]), min_size=1, unique=True)
    )
    for key in keys:
        kind = draw(models(depth - 1)) if depth and draw(st.integers(0, 4)) == 0 else draw(TYPES)
        shape = draw(st.sampled_from(["required", "optional", "text", "number"]))
        match shape:
            case "optional":
                fields[key] = (kind | None, None)  # type: ignore[operator]
            case "text":
                fields[key] = (str, draw(WORDS))
            case "number":
                fields[key] = (float, draw(st.floats(allow_nan=False)))
            case _:
                fields[key] = (kind, ...)
    return create_model("Made", **fields)  # type: ignore[no-any-return, call-overload]


@pytest.mark.parametrize("scope", ["all", "required"])
@pytest.mark.parametrize("form", FORMATS)
@given(model=models())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_template_with_examples_loads_back_and_validates(
    project: Project, model: type[BaseModel], form: str, scope: str
) -> None:
    text = template({"made": model}, form, scope=scope)  # type: ignore[arg-type]
    project.file(f"config/main.{form}", text)
    loaded = project.load({"made": model}, pattern=f"main.{form}", on_unknown="stop", dotenv=None)
    assert loaded.slice("made", model)
    for key, info in model.model_fields.items():
        assert scope == "required" or info.annotation is str or key in text


@given(model=models())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_schema_accepts_the_template_of_every_model(project: Project, model: type[BaseModel]) -> None:
    made = schema({"made": model}, options=[GREETING, COUNT])
    jsonschema.Draft202012Validator.check_schema(made)
    jsonschema.validate(json.loads(template({"made": model}, "json", options=[GREETING, COUNT])), made)
