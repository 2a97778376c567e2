"""Secrets in the rows of an INSERT, and secrets in texts that are glued together."""

from collections.abc import Iterator, Mapping
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packages.monitor.tests.test_secret_forms import CANARY

from cordio_monitor import mask
from cordio_monitor._secret_types import mask_typed

NAMES = ["name", "id", "note", "password", "api_key", '"db_pass"', "`token`"]
VALUE = st.sampled_from(["'a, b'", "1", "now()", "NULL", "'it''s (so)'", "$1", "lower('x,y')"])


@given(
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=6),
    st.lists(st.lists(VALUE, min_size=6, max_size=6), min_size=1, max_size=4),
    st.sampled_from([str, repr]),
    st.sampled_from(
        [f"'{CANARY}'", f"'a,{CANARY})'", f"E'\\'{CANARY}'", f"crypt('{CANARY}', gen_salt('bf'))"]
    ),
)
def test_a_secret_in_a_row_is_known_by_its_column(
    names: list[str], rows: list[list[str]], shown: type[str], secret: str
) -> None:
    places = {place for place, name in enumerate(names) if name not in NAMES[:3]}
    lines = [[secret if place in places else row[place] for place in range(len(names))] for row in rows]
    written = ", ".join(f"({', '.join(line)})" for line in lines)
    text = str(shown(f"INSERT INTO users ({', '.join(names)}) VALUES {written} RETURNING id"))
    masked = str(mask(text))
    # Where quotes are escaped, all that follows is hidden.
    assert CANARY not in masked and ("RETURNING id" in masked or "\\" in text)


@pytest.mark.parametrize(
    "text", ["INSERT INTO t (id, name) VALUES (1, 'ann')", "many values (of us)", "values: 3"]
)
def test_rows_without_a_secret_stay_as_they_are(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    "text",
    [
        f"self.user, self.db_pass = 'ann', 'x', 1)password = given or '{CANARY}'",
        f"login --password x)password: str = '{CANARY}'",
        f"f(x)password: {CANARY}",
        f'login --password x)password=f"{{start}} {CANARY}"',
    ],
)
def test_a_name_at_the_end_of_a_masked_value_keeps_its_own_value_hidden(text: str) -> None:
    assert CANARY not in str(mask(text))


def test_a_secret_by_its_type_is_hidden_in_an_exception_however_deep() -> None:
    class Pin:
        def get_secret_value(self) -> str:
            return CANARY

        def __repr__(self) -> str:
            return CANARY

    deep: object = Pin()
    for _ in range(100):
        deep = [{"of": deep}]
    try:
        try:
            raise KeyError(deep, {"of": [(Pin(),)]})
        except KeyError as error:
            raise ExceptionGroup("both", [ValueError(Pin())]) from error
    except ExceptionGroup as error:
        assert mask_typed(f"{CANARY} {CANARY}", error, "***") == "*** ***"


class Endless(Mapping[object, object]):
    def __getitem__(self, name: object) -> object:
        return name

    def __iter__(self) -> Iterator[object]:
        return count()

    def __len__(self) -> int:
        return 1


@pytest.mark.parametrize("much", [Endless(), [[number] for number in range(20_000)]])
def test_an_exception_with_more_in_it_than_can_be_looked_through_is_hidden_whole(much: object) -> None:
    assert mask_typed(f"ValueError: {CANARY}", ValueError(much), "***") == "***"


def test_an_exception_that_leads_back_to_itself_is_looked_through_once() -> None:
    loop: list[object] = []
    loop.append(loop)
    error = ValueError(loop)
    error.__cause__ = KeyError(error)
    assert mask_typed("ValueError: [[...]]", error, "***") == "ValueError: [[...]]"
