"""What can be set, and what cannot."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from cordio_fastapi import HttpSettings


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
    [
        ("port", 65536),
        ("port", -1),
        ("host", ""),
        ("body_limit", "1XiB"),
        ("body_limit", -1),
        ("prot", 80),
        ("header_limit", "x"),
        ("time_limit", "-1s"),
        ("concurrency", 0),
    ],
)
def test_a_wrong_value_or_key_is_refused(key: str, value: object) -> None:
    with pytest.raises(ValidationError, match=key):
        HttpSettings.model_validate({key: value})
