"""What a handler returns becomes a response, and what can be none is told."""

import asyncio
import copy
import pickle
from collections.abc import Coroutine
from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packages.core.tests.doubles import Manual

from cordio_core import App, Response, get
from cordio_core._responded import responded

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_a_value_becomes_what_the_constructor_makes_of_it(value: object) -> None:
    found, made = responded(value), Response(value)
    assert type(found) is Response and found == made and repr(found) == repr(made)
    assert pickle.loads(pickle.dumps(found)) == copy.copy(found) == made
    assert replace(found, status=201) == Response(value, 201)


def test_a_response_made_of_a_value_is_frozen_and_its_headers_are_its_own() -> None:
    first, second = responded(1), responded(1)
    with pytest.raises(FrozenInstanceError):
        first.value = 2  # type: ignore[misc]  # the fault under test
    assert first.headers is not second.headers


def test_a_response_stays_the_one_it_is() -> None:
    response = Response(status=204)
    assert responded(response) is response


def asked(app: App, source: Manual) -> Response:
    async def use() -> Response:
        async with app.running(), asyncio.timeout(5):
            return await source.ask("GET /")

    return asyncio.run(use())


async def load() -> int:
    return 7


@pytest.mark.filterwarnings("error")
def test_a_coroutine_that_a_handler_forgets_to_await_is_its_failure(caplog: pytest.LogCaptureFixture) -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])

    @app.on(get("/"))
    async def read() -> Coroutine[object, object, int]:
        return load()

    assert asked(app, source).status == 500
    (record,) = [each for each in caplog.records if each.exc_info]
    assert "read failed" in record.getMessage()
    assert "answers with a coroutine that nobody awaited" in caplog.text and "test_answers.py" in caplog.text


def test_a_sync_handler_may_return_a_coroutine_which_is_awaited() -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])

    @app.on(get("/"))
    def read() -> Coroutine[object, object, int]:
        return load()

    assert asked(app, source).value == 7
