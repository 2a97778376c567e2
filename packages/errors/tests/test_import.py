"""What the import of the package brings in, and what it promises to have."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import pytest

import cordio_errors


def imported(program: str) -> set[str]:
    """The modules that a program has at its end, beyond those of asyncio and logging."""
    before, after = (
        "import asyncio, logging, sys; before = set(sys.modules)",
        "print(*set(sys.modules) - before)",
    )
    code = "\n".join((before, program, after))
    done = subprocess.run([sys.executable, "-c", code], check=True, timeout=60, capture_output=True, text=True)
    return set(done.stdout.split())


def test_the_import_brings_in_nothing_that_is_not_used() -> None:
    assert imported("import cordio_errors") <= {"cordio_errors", "__future__"}


def test_a_name_brings_in_its_own_room_and_what_that_needs() -> None:
    rooms = imported("from cordio_errors import speaking")
    assert "cordio_errors._language" in rooms and "cordio_errors._errors" not in rooms


def test_rules_and_answers_bring_in_no_library_and_no_reader_of_catalogues_or_settings() -> None:
    rooms = imported("from cordio_errors import Errors, Retry, answer, to; Errors()")
    unwanted = {
        "tenacity",
        "uuid",
        "cordio_errors._reading",
        "cordio_errors._settings",
        "cordio_errors._folding",
    }
    assert "cordio_errors._errors" in rooms and not rooms & unwanted


@pytest.mark.parametrize("name", cordio_errors.__all__)
def test_every_public_name_can_be_had_and_seen(name: str) -> None:
    value = getattr(cordio_errors, name)
    assert name in dir(cordio_errors) and value.__doc__
    assert isinstance(value, ModuleType) or value.__module__.startswith("cordio_errors.")


def test_the_destinations_are_there_without_an_import_of_their_own() -> None:
    assert imported("import cordio_errors; cordio_errors.to.log('info')") >= {"cordio_errors.to"}


def test_a_name_that_is_not_there_says_so() -> None:
    with pytest.raises(AttributeError, match="module 'cordio_errors' has no attribute 'Error'"):
        cordio_errors.Error  # type: ignore[attr-defined]  # the mistake under test
    with pytest.raises(ImportError, match="cannot import name 'Error'"):
        exec("from cordio_errors import Error")
