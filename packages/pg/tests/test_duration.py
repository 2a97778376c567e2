"""Durations are read as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordio_pg import Duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("100ms", 0.1), ("5m", 300), ("1h30m", 5400), ("2d", 172800), (" 10 ", 10), ("1.5s", 1.5), (3, 3)],
)
def test_a_duration_is_a_number_of_seconds(text: str | float, seconds: float) -> None:
    assert Duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "wrong", ["", "soon", "-1s", "5 minutes", -1, float("inf"), float("nan"), True, "1s1"]
)
def test_what_is_no_duration_is_refused(wrong: str | float) -> None:
    with pytest.raises(ValueError, match="is no duration"):
        Duration(wrong)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_terms_add_up(minutes: int, milliseconds: int) -> None:
    assert Duration(f"{minutes}m{milliseconds}ms") == pytest.approx(minutes * 60 + milliseconds / 1000)
