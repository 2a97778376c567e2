"""Events and durations as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordio_core import Duration, every, get, queue

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


@given(st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from(sorted(UNITS))), min_size=1, max_size=4))
def test_a_duration_is_the_sum_of_its_terms(terms: list[tuple[int, str]]) -> None:
    text = "".join(f"{number}{unit}" for number, unit in terms)
    assert Duration(text) == pytest.approx(sum(number * UNITS[unit] for number, unit in terms))


@given(st.floats(0, 1e9))
def test_a_number_is_seconds(seconds: float) -> None:
    assert Duration(seconds) == seconds
    assert Duration(f"{seconds!r}") == seconds


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "5 minutes", "-1s", "nan", "inf", "1e999", "1h30", "5M", True, -1.0, None),
        pytest.param("9" * 400 + "s", id="more than a float holds"),
        pytest.param(10**400, id="an integer that is too large"),
    ],
)
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration: write a number with ms, s, m, h or d"):
        Duration(text)


def test_a_duration_is_read_in_a_pydantic_model() -> None:
    pydantic = pytest.importorskip("pydantic")
    adapter = pydantic.TypeAdapter(Duration)
    assert adapter.validate_python("1h30m") == 5400
    with pytest.raises(pydantic.ValidationError, match="is no duration"):
        adapter.validate_python("soon")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: get("orders"), "write '/orders'"),
        (lambda: get("/{a}/{a}"), "has a name twice"),
        (lambda: get("/orders/{order-id}"), "has braces around what is no name"),
        (lambda: get("/orders/{order_id"), "write '/orders/{order_id}'"),
        (lambda: queue(""), "1 to 255 bytes, not 0"),
        (lambda: queue("ä" * 128), "1 to 255 bytes, not 256"),
        (lambda: every(0), "1ms or more"),
    ],
)
def test_an_event_that_cannot_be_is_refused(wrong: object, said: str) -> None:
    assert callable(wrong)
    with pytest.raises(ValueError, match=said):
        wrong()
