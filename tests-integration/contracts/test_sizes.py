"""Every part reads the same sizes: the arrows forbid sharing the code, so this holds it together."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import cordio_config
import cordio_core

Reader = Callable[[str | int], int]

READERS: dict[str, Reader] = {"config": cordio_config.Size}
TEXTS = st.one_of(
    st.tuples(st.integers(0, 10**6), st.sampled_from(["", "B", " kB", "MB", "GiB", "tb", "xb"])).map(
        lambda term: f"{term[0]}{term[1]}"
    ),
    st.floats(0, 1e6).map(lambda number: f"{number!r}MiB"),
    st.text("0123456789.kKmMiIbB -", max_size=8),
    st.integers(),
)


def outcome(reader: Reader, text: str | int) -> int | None:
    try:
        return int(reader(text))
    except ValueError:
        return None


@pytest.mark.parametrize("part", READERS)
@given(text=TEXTS)
@example(text="1.5GB")
@example(text="1.5B")
@example(text="")
@example(text="٣MB")
@example(text="1_000")
def test_a_part_reads_a_size_as_the_core_does(part: str, text: str | int) -> None:
    assert outcome(READERS[part], text) == outcome(cordio_core.Size, text)
