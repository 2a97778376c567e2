"""What can be set, and what cannot."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cordio_fastapi import HttpSettings, Size


def test_the_defaults_listen_at_this_machine_alone() -> None:
    settings = HttpSettings()
    assert (settings.host, settings.port, settings.body_limit, settings.docs) == (
        "127.0.0.1",
        8000,
        2**20,
        True,
    )


def test_values_are_read_as_configuration_has_them() -> None:
    settings = HttpSettings.model_validate(
        {"port": "0", "body_limit": " 2 kB", "docs": "false", "host": "::1"}
    )
    assert (settings.host, settings.port, settings.body_limit, settings.docs) == ("::1", 0, 2000, False)


@pytest.mark.parametrize(
    ("key", "value"),
    [("port", 65536), ("port", -1), ("host", ""), ("body_limit", "1TiB"), ("body_limit", -1), ("prot", 80)],
)
def test_a_wrong_value_or_key_is_refused(key: str, value: object) -> None:
    with pytest.raises(ValidationError, match=key):
        HttpSettings.model_validate({key: value})


@given(
    st.integers(0, 10**6), st.sampled_from([("", 1), ("B", 1), ("KiB", 1024), ("MB", 10**6), ("gib", 2**30)])
)
def test_a_size_is_its_number_times_its_unit(number: int, unit: tuple[str, int]) -> None:
    assert Size(f"{number}{unit[0]}") == Size(f" {number} {unit[0]}") == number * unit[1]
    assert Size(number) == number


@pytest.mark.parametrize("value", ["", "1.5MiB", "MiB", "-1", True, 1.5, None])
def test_what_is_no_size_says_how_one_is_written(value: str) -> None:
    with pytest.raises(ValueError, match="as in '64KiB'"):
        Size(value)
