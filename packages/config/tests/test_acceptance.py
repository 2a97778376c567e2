"""The program that a newcomer writes first, run as they run it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = '''
import click
from pydantic import BaseModel, PositiveInt, SecretStr
from cordio_config import Config, block, configured

class Limits(BaseModel):
    """How much a client may ask for."""
    per_minute: PositiveInt = 60
    burst: PositiveInt
    token: SecretStr | None = None

@click.command()
@click.option("--greeting", default="Hello", help="What is said first.")
@block("limits", Limits)
@block("store")
@configured()
def main(config: Config) -> None:
    limits = config.slice("limits", Limits)
    print(config["greeting"], limits.burst, config.origin("limits.burst"))

main()
'''

STORE = '''
from dataclasses import dataclass, field
from cordio_config import Duration

@dataclass(frozen=True)
class StoreSettings:
    """Where things are kept.

    Parameters
    ----------
    host : str
        The server's name.
    """

    host: str = "localhost"
    password: str = field(default="", metadata={"secret": True, "help": "What opens it."})
    patience: Duration = Duration("5s")
'''


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The program, beside an installed package that announces the block `store`."""
    (tmp_path / "prog.py").write_text(PROGRAM)
    (tmp_path / "store.py").write_text(STORE)
    facts = tmp_path / "store-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: store\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("[cordio.settings]\nstore = store:StoreSettings\n")
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "main.yaml").write_text("limits: {burst: 5}\n")
    return tmp_path


def run(program: Path, *args: str, **environ: str) -> tuple[int, str, str]:
    command = [sys.executable, "prog.py", *args]
    done = subprocess.run(command, cwd=program, env=environ, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def test_the_first_program_says_what_is_in_force_and_where_it_stands(program: Path) -> None:
    assert run(program) == (0, "Hello 5 config/main.yaml:1:17\n", "")
    assert run(program, PROG_LIMITS_BURST="7") == (0, "Hello 7 environment PROG_LIMITS_BURST\n", "")
    (program / ".env").write_text("\n# ours\nexport PROG_LIMITS_BURST=8\n")
    assert run(program, PROG_LIMITS_BURST="7") == (0, "Hello 8 .env:3\n", "")
    given = run(program, "--limits-burst", "9", "--greeting", "Ahoy", PROG_LIMITS_BURST="7")
    assert given == (0, "Ahoy 9 option --limits-burst\n", "")


def test_every_mistake_is_told_at_once_and_the_process_ends_with_78(program: Path) -> None:
    (program / "config" / "main.yaml").write_text(
        "limits:\n  per-minute: -1\n  brust: 5\n  token: [hunter2]\n"
    )
    code, said, report = run(program, PROG_STORE_PATIENCE="soon", PROG_STORE_PASSWORD="hunter2")
    assert (code, said) == (78, "")
    assert report == (
        "The configuration has 5 mistakes:\n"
        "config/main.yaml:3:3: limits.brust is not known\n"
        "    did you mean limits.burst?\n"
        "config/main.yaml:2:15: limits.per_minute is -1\n"
        "    expected: greater than 0\n"
        "limits.burst is missing\n"
        "    set it in a file as limits.burst, in the environment as PROG_LIMITS_BURST or by --limits-burst\n"
        "config/main.yaml:4:10: limits.token is ***\n"
        "    expected: a valid string\n"
        'environment PROG_STORE_PATIENCE: store.patience is "soon"\n'
        "    expected: 'soon' is no duration: write a number with ms, s, m, h or d, as in '100ms' or '1h30m'\n"
    )


def test_help_documents_every_option_under_its_section(program: Path) -> None:
    code, text, _ = run(program, "--help", COLUMNS="200", TERMINAL_WIDTH="200")
    words = " ".join(text.split())
    assert code == 0
    for promised in (
        "--greeting TEXT What is said first. [env var: PROG_GREETING]",
        "[limits] How much a client may ask for.",
        "--limits-per-minute INTEGER [env var: PROG_LIMITS_PER_MINUTE; default: 60]",
        "--limits-burst INTEGER [env var: PROG_LIMITS_BURST; required]",
        "--limits-token TEXT [env var: PROG_LIMITS_TOKEN]",
        "[store] Where things are kept.",
        "--store-host TEXT The server's name. [env var: PROG_STORE_HOST; default: localhost]",
        "--store-password TEXT What opens it. [env var: PROG_STORE_PASSWORD; default: ***]",
        "--store-patience DURATION [env var: PROG_STORE_PATIENCE; default: 5s]",
    ):
        assert promised in words


def test_a_wrong_value_on_the_command_line_is_a_usage_error(program: Path) -> None:
    code, _, report = run(program, "--limits-burst", "x", "--limits-token", "hunter2")
    assert code == 2
    assert "Invalid value for '--limits-burst': \"x\" is not a valid integer" in report
