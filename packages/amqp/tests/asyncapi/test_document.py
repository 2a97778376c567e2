"""What an application says of its messages, held against the official schema of AsyncAPI."""

from __future__ import annotations

import gzip
import json
import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from cordio_amqp import AmqpEntrypoint, queue, rpc, topic
from cordio_amqp.asyncapi import Sent
from cordio_core import App, Request

jsonschema = pytest.importorskip("jsonschema")


class Line(BaseModel):
    sku: str
    count: int = 1


class Order(BaseModel):
    lines: list[Line]


class Price(BaseModel):
    cents: int


@pytest.fixture(scope="session")
def official() -> Any:
    """The official validator."""
    file = Path(__file__).with_name("asyncapi-3.0.0.json.gz")
    return jsonschema.Draft7Validator(json.loads(gzip.decompress(file.read_bytes())))


@pytest.fixture
def source() -> AmqpEntrypoint:
    """A source of messages with handlers of all kinds."""
    source = AmqpEntrypoint(sends=[Sent("orders", "{region}.placed", Order, "An order came in.")])
    app = App("shop", entrypoints=[source])

    @app.on(queue("orders.new"))
    async def place(order: Order, request: Request) -> None:
        """Place an order."""

    @app.on(topic("orders", "*.cancelled.#"))
    async def cancelled(number: int, why: str = "") -> None: ...

    @app.on(queue("raw"))
    async def raw(body: bytes) -> None: ...

    @app.on(queue("signal"))
    async def signal() -> None: ...

    @app.on(rpc("price"))
    async def price(sku: str, count: int = 1) -> Price:
        return Price(cents=len(sku) * count)

    app._assembled()
    return source


def test_the_document_is_valid_by_the_official_schema(source: AmqpEntrypoint, official: Any) -> None:
    made = json.loads(json.dumps(source.document("shop", "1.2", "mq.local:5672")))
    assert [f"{error.json_path}: {error.message}" for error in official.iter_errors(made)] == []
    assert made["servers"]["rabbitmq"]["host"] == "mq.local:5672"
    broken = made | {"channels": {"x": {"address": 7}}}
    assert list(official.iter_errors(broken)), "the schema refuses what is wrong"


def test_all_that_is_pointed_to_is_there(source: AmqpEntrypoint) -> None:
    made = source.document("shop")

    def points(value: object) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [each for inner in value.values() for each in points(inner)]
        return [each for inner in value for each in points(inner)] if isinstance(value, list) else []

    found = points(made)
    assert "#/components/schemas/Line" in found
    for point in found:
        place: Any = made
        for step in point.removeprefix("#/").split("/"):
            place = place[step]


def test_each_handler_is_a_channel_an_operation_and_a_message_with_its_model(source: AmqpEntrypoint) -> None:
    made = source.document("shop")
    channels, operations, messages = made["channels"], made["operations"], made["components"]["messages"]
    place = messages["queue-orders.new"]
    assert (place["payload"]["$ref"], place["description"]) == (
        "#/components/schemas/Order",
        "Place an order.",
    )
    assert channels["queue-orders.new"]["address"] == "orders.new"
    assert operations["receive-queue-orders.new"]["action"] == "receive"
    assert channels["queue-orders.new-parked"]["address"] == "orders.new.parked"
    assert operations["park-queue-orders.new"]["action"] == "send"

    cancelled = channels["topic-orders-any.cancelled.all"]
    assert cancelled["address"] == "*.cancelled.#"
    assert cancelled["bindings"]["amqp"]["exchange"]["name"] == "orders"
    payload = messages["topic-orders-any.cancelled.all"]["payload"]
    assert payload["required"] == ["number"] and list(payload["properties"]) == ["number", "why"]

    call = operations["receive-rpc-price"]
    assert call["reply"]["address"]["location"] == "$message.header#/reply_to"
    assert channels["rpc-price-reply"]["address"] is None
    assert messages["rpc-price-answer"]["payload"]["$ref"] == "#/components/schemas/Price"
    assert messages["rpc-price"]["payload"]["required"] == ["sku"]
    assert "park-rpc-price" not in operations

    sent = operations["send-orders-region.placed"]
    assert (sent["action"], sent["description"]) == ("send", "An order came in.")
    assert list(channels["sent-orders-region.placed"]["parameters"]) == ["region"]


def test_a_type_that_has_no_schema_leaves_its_message_open(official: Any) -> None:
    class Strange:
        pass

    source = AmqpEntrypoint(sends=[Sent("", "strange", Strange)])
    made = source.document("shop", "1")
    assert "payload" not in made["components"]["messages"]["sent-strange"]
    assert list(official.iter_errors(made)) == []


def test_what_has_nearly_or_wholly_the_same_name_is_told_each_by_itself(official: Any) -> None:
    app = App(
        "shop", entrypoints=[source := AmqpEntrypoint(sends=[Sent("", "a b", int), Sent("", "a-b", str)])]
    )

    @app.on(topic("orders", "*.placed"))
    async def mail(number: int) -> None: ...

    @app.on(topic("orders", "*.placed"))
    async def pack(number: int) -> None: ...

    @app.on(queue("a b"))
    async def one(number: int) -> None: ...

    @app.on(queue("a-b"))
    async def two(text: str) -> None: ...

    app._assembled()
    made = source.document("shop", "1")
    assert list(official.iter_errors(made)) == []
    received = [each for each in made["operations"].values() if each["action"] == "receive"]
    channels = [made["channels"][each["channel"]["$ref"].rpartition("/")[2]] for each in received]
    assert [each["address"] for each in channels] == ["*.placed", "*.placed", "a b", "a-b"]
    payloads = [made["components"]["messages"][f"sent-a-b{each}"]["payload"] for each in ("", "-2")]
    assert [each["type"] for each in payloads] == ["integer", "string"]


def test_whatever_queues_and_keys_are_called_the_document_is_valid_and_whole(official: Any) -> None:
    signs = string.ascii_letters + string.digits + " -_.:@#,/+"
    names = st.lists(st.text(signs, min_size=1, max_size=40), unique=True, max_size=5)
    keys = st.lists(
        st.text(st.characters(exclude_characters="{}", codec="utf-8"), min_size=1, max_size=20), max_size=3
    )

    @settings(deadline=None, max_examples=40)
    @given(names, keys, keys)
    def check(names: list[str], bound: list[str], keys: list[str]) -> None:
        source = AmqpEntrypoint(sends=[Sent("all", each, int) for each in keys])
        app = App("shop", entrypoints=[source])
        for name in names:

            @app.on(queue(name))
            async def take(number: int) -> None: ...

        for number, key in enumerate(bound):

            @app.on(topic("any", key, queue=f"{number} of the bound"))
            async def taken(number: int) -> None: ...

        app._assembled()
        made = json.loads(json.dumps(source.document("shop", "1")))
        assert [f"{error.json_path}: {error.message}" for error in official.iter_errors(made)] == []
        assert len(made["operations"]) == 2 * len(names + bound) + len(keys)

    check()


@pytest.mark.parametrize("key", ["{}.placed", "{the region}.placed"])
def test_what_is_left_open_in_a_key_has_a_name(key: str) -> None:
    with pytest.raises(ValueError, match="leaves '.*' open, which is no name"):
        Sent("orders", key, Order)
