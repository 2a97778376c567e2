"""Sizes as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordio_core import Size

UNITS = st.sampled_from([("", 1), ("B", 1), ("KiB", 1024), ("MB", 10**6), ("gib", 2**30), ("TB", 10**12)])


@given(st.integers(0, 10**6), UNITS)
def test_a_size_is_its_number_times_its_unit(number: int, unit: tuple[str, int]) -> None:
    assert Size(f"{number}{unit[0]}") == Size(f" {number} {unit[0]}") == number * unit[1]
    assert Size(number) == number


def test_a_fraction_that_comes_to_whole_bytes_is_a_size() -> None:
    assert Size("1.5MiB") == 3 * 2**19
    with pytest.raises(ValueError, match="no whole number of bytes"):
        Size("1.5B")


@pytest.mark.parametrize("value", ["", "1.5XB", "MiB", "-1", True, 1.5, None])
def test_what_is_no_size_says_how_one_is_written(value: str) -> None:
    with pytest.raises(ValueError, match="as in '64KiB'"):
        Size(value)
