"""Every part that reads durations reads the same ones: the arrows forbid sharing the code, so a test holds it together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

import cordio_config
import cordio_core

TEXTS = st.one_of(
    st.lists(
        st.tuples(st.integers(0, 999), st.sampled_from(["ms", "s", "m", "h", "d"])), min_size=1, max_size=3
    ).map(lambda terms: "".join(f"{number}{unit}" for number, unit in terms)),
    st.floats(0, 1e6).map(repr),
    st.text("0123456789.msh d-", max_size=8),
)
