"""Service layers around objects of other people."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Coroutine, Iterator

import pytest

from cordio_errors import Errors, LayerError, Retry, answer


class Client:
    """Somebody else's."""

    def __init__(self) -> None:
        self.failures, self.calls, self.inside = 2, 0, 0

    async def fetch(self, sku: str) -> str:
        self._fail()
        return sku

    def ping(self) -> str:
        self._fail()
        return "pong"

    def twice(self) -> str:
        self.inside += 1
        return self.ping() + self.ping()

    def pages(self) -> Iterator[int]:
        yield 1

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *told: object) -> None:
        self.calls = -1

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *told: object) -> None:
        self.calls = -1

    def __len__(self) -> int:
        return 7

    def _fail(self) -> None:
        self.calls += 1
        if self.failures:
            self.failures -= 1
            raise ConnectionError("refused")


@pytest.fixture
def trying(errors: Errors) -> Errors:
    errors.on(ConnectionError, retry=Retry(attempts=3, wait="0s"), answer=answer("unavailable"))
    return errors


def test_the_methods_of_other_peoples_objects_are_repeated(trying: Errors) -> None:
    client = Client()
    shop: Client = trying.service(client)
    assert asyncio.run(shop.fetch("A-1")) == "A-1" and client.calls == 3
    client.failures = 2
    assert shop.ping() == "pong" and client.calls == 6


def test_what_a_wrapped_object_hands_up_is_answered_by_the_handler(trying: Errors) -> None:
    client = trying.service(Client())
    client.failures = 9
    outcome = asyncio.run(trying.run(client.fetch, "A-1"))
    assert outcome.answer and outcome.answer.status == 503 and client.calls == 3


def test_a_wrapped_object_passes_for_the_object(trying: Errors) -> None:
    inner = Client()
    client = trying.service(inner)
    assert isinstance(client, Client) and not isinstance(client, str) and client.__class__ is Client
    client.failures = 0
    assert inner.failures == 0 and len(client) == 7 and list(client.pages()) == [1]
    assert client == inner and client == client and hash(client) == hash(inner)
    assert repr(client) == repr(inner) and client.__doc__ == "Somebody else's."
    assert type(copy.copy(client)) is Client and client.ping is client.ping
    del client.failures
    assert not hasattr(inner, "failures")
    with pytest.raises(AttributeError, match="'Client' object has no attribute 'pnig'"):
        getattr(client, "pn" + "ig")


def test_a_wrapped_object_stays_wrapped_under_with(trying: Errors) -> None:
    async def main(client: Client) -> str:
        async with client as entered:
            return await entered.fetch("A-1")

    client = trying.service(Client())
    assert asyncio.run(main(client)) == "A-1" and client.calls == -1
    client.failures = 2
    with client as entered:
        assert entered.ping() == "pong"


def test_calls_inside_the_object_open_no_layers_of_their_own(trying: Errors) -> None:
    client = trying.service(Client())
    assert client.twice() == "pongpong" and client.inside == 3


def test_the_choices_of_a_service_count_for_an_object(trying: Errors) -> None:
    client = trying.service(idempotent=False)(Client())
    with pytest.raises(ConnectionError):
        client.ping()
    assert client.calls == 1


def test_an_attribute_that_holds_a_function_is_left_alone(trying: Errors) -> None:
    inner = Client()
    inner.hook = print  # type: ignore[attr-defined]  # as users of libraries do
    assert trying.service(inner).hook is print  # type: ignore[attr-defined]  # as above


def test_a_method_that_returns_a_coroutine_and_is_not_async_is_in_the_layer_too(trying: Errors) -> None:
    class Lazy(Client):
        def __init__(self, refusals: int = 0) -> None:
            super().__init__()
            self.refusals, self.begun = refusals, 0

        def get(self, sku: str) -> Coroutine[object, object, str]:
            self.begun += 1
            if self.refusals:
                self.refusals -= 1
                raise ConnectionError("not even begun")
            return self.fetch(sku)

    lazy = Lazy()
    assert asyncio.run(trying.service(lazy).get("A-1")) == "A-1" and (lazy.begun, lazy.calls) == (3, 3)
    lazy = Lazy(refusals=2)
    lazy.failures = 0
    assert asyncio.run(trying.service(lazy).get("A-1")) == "A-1" and (lazy.begun, lazy.calls) == (3, 1)
    lazy = Lazy()
    with pytest.raises(ConnectionError):
        asyncio.run(trying.service(idempotent=False)(lazy).get("A-1"))
    assert lazy.calls == 1


@pytest.mark.parametrize("value", [3, "shop", [1], asyncio])
def test_a_plain_value_is_no_object_to_wrap(errors: Errors, value: object) -> None:
    with pytest.raises(LayerError, match="is no function"):
        errors.service(value)


def test_an_object_that_can_be_called_keeps_its_methods(errors: Errors) -> None:
    errors.on(OSError, retry=Retry(attempts=3, wait=0))

    class Callable(Client):
        async def __call__(self, sku: str) -> str:
            return await self.fetch(sku)

    client = errors.service(Callable())
    assert isinstance(client, Callable)
    assert asyncio.run(client("A-1")) == "A-1"
    client.failures = 2
    assert client.ping() == "pong"
