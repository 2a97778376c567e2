"""Mistakes are told all at once, with place, expectation and advice, and never tell a secret."""

from __future__ import annotations

import pickle
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from pydantic import BaseModel, Field, PositiveInt, SecretStr, field_validator, model_validator

from cordio_config import Config, ConfigError, Duration, Origin

if TYPE_CHECKING:
    from packages.config.tests.conftest import Project

SECRET = "hunter2canary"


class Row(BaseModel):
    size: PositiveInt


class Limits(BaseModel):
    burst: PositiveInt
    per_minute: int = 60
    wait: Duration = Duration("1s")
    rows: list[Row] = []
    either: int | bool = 1
    first: Row | None = None

    @model_validator(mode="after")
    def fits(self) -> Limits:
        if self.burst > self.per_minute:
            raise ValueError("burst must not be above per_minute")
        return self


MODELS: dict[str, type] = {"limits": Limits}


def lines(error: ConfigError) -> list[str]:
    return str(error).splitlines()[1:]


def test_all_mistakes_of_all_values_are_told_with_their_places(project: Project) -> None:
    project.file(
        "config/main.yaml",
        "limits:\n  burst: -1\n  wait: soon\n  rows:\n  - size: 1\n  - size: none\n  - {}\n"
        "  either: x\n  first: 3\n",
    )
    project.environ = {"PROG_LIMITS_PER_MINUTE": "many"}
    error = project.refusal(MODELS)
    assert lines(error) == [
        "config/main.yaml:9:10: limits.first is 3",
        "    expected: keys with values",
        "config/main.yaml:2:10: limits.burst is -1",
        "    expected: greater than 0",
        'environment PROG_LIMITS_PER_MINUTE: limits.per_minute is "many"',
        "    expected: a valid integer, unable to parse string as an integer",
        'config/main.yaml:3:9: limits.wait is "soon"',
        "    expected: 'soon' is no duration: write a number with ms, s, m, h or d, as in '100ms' or '1h30m'",
        'config/main.yaml:6:11: limits.rows[1].size is "none"',
        "    expected: a valid integer, unable to parse string as an integer",
        "config/main.yaml:7:5: limits.rows[2].size is missing",
        "    set it in a file as limits.rows[2].size",
        'config/main.yaml:8:11: limits.either is "x"',
        "    expected: a valid integer, unable to parse string as an integer or "
        "a valid boolean, unable to interpret input",
    ]
    assert error.problems[1].origin == Origin("file", "config/main.yaml", 2, 10)
    assert error.problems[1].key == "limits.burst"
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_a_section_that_is_wrong_as_a_whole_is_told(project: Project) -> None:
    project.file("config/main.yaml", "\nlimits: {burst: 70}")
    assert lines(project.refusal(MODELS)) == [
        "config/main.yaml:2:9: limits is not as a whole what it must be",
        "    expected: burst must not be above per_minute",
    ]


def test_advice_for_a_missing_value_names_what_can_be_set(project: Project) -> None:
    class Deep(BaseModel):
        limits: Limits

    assert project.refusal({"deep": Deep}, cli={}).problems[0].advice == (
        "set it in a file as deep.limits.burst, in the environment as PROG_DEEP_LIMITS_BURST"
        " or by --deep-limits-burst"
    )
    assert project.refusal({"deep": Deep}, env_prefix=None).problems[0].advice == (
        "set it in a file as deep.limits.burst"
    )


def test_a_section_that_is_no_mapping_is_told_once(project: Project) -> None:
    project.file("config/main.yaml", "limits: [1, 2]")
    assert lines(project.refusal(MODELS)) == [
        "config/main.yaml:1:9: limits is [1, 2]",
        "    expected: keys with values",
    ]


def test_unknown_names_are_told_with_the_nearest_known(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    project.file("config/main.yaml", "limits: {burst: 1, perMinit: 2, zzz: 3}\nlimit: {}\nqueue: {}\n")
    project.environ = {"PROG_LIMITS_BRUST": "1", "PROG_SOMETHING_ELSE": "2", "PROGRAM": "3"}
    assert lines(project.refusal(MODELS)) == [
        "config/main.yaml:1:20: limits.perMinit is not known",
        "    did you mean limits.per_minute?",
        "config/main.yaml:1:33: limits.zzz is not known",
        "    known here: burst, per_minute, wait, rows, either, first",
        "environment PROG_LIMITS_BRUST: PROG_LIMITS_BRUST names no value",
        "    did you mean PROG_LIMITS_BURST?",
    ]
    assert "warning: config/main.yaml:2:1: limit is not known\n    did you mean limits?" in caplog.text
    assert "warning: config/main.yaml:3:1: queue is not known" in caplog.text
    assert "PROG_SOMETHING_ELSE names no value" in caplog.text


def test_an_unknown_key_is_told_where_the_key_stands_in_every_format(project: Project) -> None:
    project.file("config/main.json", '{"limits": {"burst": 1,\n  "brust": 2}}')
    project.file("config/main.toml", "[limits]\n  brust = 2\n")
    project.file("config/main.yaml", "limits:\n  brust: 2\n")
    problems = project.refusal(MODELS, pattern="main.*").problems
    assert [str(one.origin) for one in problems if one.kind == "unknown"] == [
        "config/main.json:2:3",
        "config/main.toml:2:3",
        "config/main.yaml:2:3",
    ]


def test_unknown_names_only_warn_or_pass_by_choice(project: Project, caplog: pytest.LogCaptureFixture) -> None:
    project.file("config/main.yaml", "limits: {burst: 1, brust: 2}")
    project.load(MODELS, on_unknown="ignore")
    assert caplog.text == ""
    project.load(MODELS, on_unknown="warn")
    assert "limits.brust is not known" in caplog.text


def test_by_choice_a_wrong_value_warns_and_the_default_counts(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    project.file("config/main.yaml", "limits: {burst: 1, per_minute: x, rows: [{size: 0}]}")
    project.environ = {"PROG_LIMITS_WAIT": "soon"}
    config = project.load(MODELS, on_invalid="warn")
    limits = config.slice("limits", Limits)
    assert (limits.per_minute, limits.rows, limits.wait) == (60, [], 1.0)
    assert str(config.origin("limits.per_minute")) == "default"
    for told in ('limits.per_minute is "x"', "limits.rows[0].size is 0", 'limits.wait is "soon"'):
        assert told in caplog.text


def test_what_the_defaults_do_not_mend_is_a_mistake_by_any_choice(project: Project) -> None:
    project.file("config/main.yaml", "limits: {burst: 70, per_minute: x}")
    assert lines(project.refusal(MODELS, on_invalid="warn")) == [
        "config/main.yaml:1:9: limits is not as a whole what it must be",
        "    expected: burst must not be above per_minute",
    ]


def test_a_required_value_that_is_wrong_is_a_mistake_by_any_choice(project: Project) -> None:
    project.file("config/main.yaml", "limits: {burst: x}")
    assert lines(project.refusal(MODELS, on_invalid="warn"))[0] == "limits.burst is missing"


def test_by_choice_the_process_ends_with_the_report(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        project.load(MODELS, on_invalid="stop")
    assert ended.value.code == ConfigError.exit_code == 78
    assert capsys.readouterr().err.startswith("The configuration has 1 mistake:\nlimits.burst is missing\n")


class Vault(BaseModel):
    key: SecretStr = Field(min_length=100)
    keys: dict[str, SecretStr] = {}
    number: SecretStr = SecretStr("")
    checked: SecretStr = SecretStr("")
    plain: str = ""

    @field_validator("checked")
    @classmethod
    def says_too_much(cls, value: SecretStr) -> SecretStr:
        raise ValueError(f"{value.get_secret_value()[:8]}... is not good")

    @field_validator("plain")
    @classmethod
    def knows_too_much(cls, value: str) -> str:
        raise ValueError(f"{value} is not {SECRET}")


@dataclass(frozen=True)
class Safe:
    key: int = field(default=0, metadata={"secret": True})
    other: str = ""
    word: str = field(default="", metadata={"secret": True})

    def __post_init__(self) -> None:
        if self.word:
            raise ValueError(f"{self.word} opens nothing")


@pytest.mark.parametrize(
    "content",
    [
        f"vault: {{key: {SECRET}, checked: {SECRET}, plain: x, keys: {{a: [{SECRET}]}}, number: [{SECRET}]}}",
        f"vault: [{SECRET}]",
        f"vault: {{keys: {SECRET}, keyz: {SECRET}}}",
        f"safe: {{key: {SECRET}}}",
        f"safe: {{word: {SECRET}}}",
        f"safe: {SECRET}\nsaef: {SECRET}",
        f"vault: {{key: *{SECRET}}}",
        f"vault: {{key: !{SECRET}}}",
        f'vault: {{key: "{SECRET}',
    ],
)
def test_no_report_and_no_traceback_tells_a_secret(
    project: Project, caplog: pytest.LogCaptureFixture, content: str
) -> None:
    project.file("config/main.yaml", content)
    project.environ = {"PROG_VAULT_KEYS": f"{{{SECRET}", "PROG_SAFE_KEY": "x"}
    error = project.refusal({"vault": Vault, "safe": Safe})
    told = "".join(traceback.format_exception(error)) + repr(error.problems) + caplog.text
    assert SECRET[:8] not in told


class Database(BaseModel):
    """Where the data is.

    Parameters
    ----------
    dsn : SecretStr
        An address that begins with ``postgresql://``.
    """

    dsn: SecretStr

    @field_validator("dsn")
    @classmethod
    def address(cls, value: SecretStr) -> SecretStr:
        raise ValueError(f"{value.get_secret_value()} is no address")


def test_of_a_wrong_secret_its_description_says_what_was_expected(project: Project) -> None:
    project.file("config/main.yaml", "database:\n  dsn: postgresql\n")
    assert lines(project.refusal({"database": Database})) == [
        "config/main.yaml:2:8: database.dsn is ***",
        "    expected: An address that begins with ``postgresql://``. (no more is said of a secret)",
    ]


def test_a_secret_of_the_command_line_is_not_told(project: Project) -> None:
    error = project.refusal({"safe": Safe}, cli={"safe.key": SECRET})
    assert SECRET not in str(error)
    assert lines(error)[0] == "option --safe-key: safe.key is ***"


def test_a_value_that_is_long_is_cut(project: Project) -> None:
    project.file("config/main.yaml", f"limits: {{burst: {'x' * 1000}}}")
    assert len(lines(project.refusal(MODELS))[0]) < 150


def test_values_are_whole_or_not_at_all(project: Project) -> None:
    project.file("config/main.yaml", "limits: {burst: 5, wait: soon}")
    with pytest.raises(ConfigError):
        Config.load(MODELS, root=project.root)
