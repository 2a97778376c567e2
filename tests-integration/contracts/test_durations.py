"""Every part reads the same durations: the arrows forbid sharing the code, so this holds it together."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import cordio_config
import cordio_core
from cordio_di._limit import seconds as di_seconds
from cordio_errors._duration import seconds as errors_seconds
from cordio_pg._duration import Duration as PgDuration

Reader = Callable[[str | float], float]

READERS: dict[str, Reader] = {
    "config": cordio_config.Duration,
    "di": di_seconds,
    "errors": errors_seconds,
    "pg": PgDuration,
}
TERMS = st.tuples(st.integers(0, 999), st.sampled_from(["ms", "s", "m", "h", "d"]))
TEXTS = st.one_of(
    st.lists(TERMS, min_size=1, max_size=3).map(lambda terms: "".join(f"{n}{unit}" for n, unit in terms)),
    st.floats(0, 1e6).map(repr),
    st.text("0123456789.msh d-", max_size=8),
)


def outcome(reader: Reader, text: str | float) -> float | None:
    try:
        return float(reader(text))
    except ValueError:
        return None


@pytest.mark.parametrize("part", READERS)
@given(text=TEXTS)
@example(text="1h30m")
@example(text="1.5s")
@example(text="")
@example(text="5")
@example(text="-1s")
@example(text="nan")
@example(text="1_000")
@example(text="٣s")
@example(text="9" * 400 + "s")
@example(text=10**400)
@example(text=float("inf"))
def test_a_part_reads_a_duration_as_the_core_does(part: str, text: str | float) -> None:
    expected = outcome(cordio_core.Duration, text)
    if part == "di" and not expected:
        expected = None  # a time limit of nothing is none
    assert outcome(READERS[part], text) == expected
