"""What is sent for what is given."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pamqp.commands import Basic
from pydantic import BaseModel, Field, SecretStr

from cordio_amqp import AmqpError, InvalidMessage
from cordio_amqp._letter import HeaderValue, Letter

TEXT = st.text(max_size=60)
HEADERS = st.dictionaries(
    st.text(max_size=30),
    st.none() | st.booleans() | TEXT | st.binary(max_size=60) | st.integers(-(2**63), 2**63 - 1),
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=10,
)


class Model(BaseModel):
    sku: str = Field(alias="SKU")


@dataclass
class Record:
    when: datetime
    id: UUID


def _letter(
    message: object = b"", headers: dict[str, HeaderValue] | None = None, id_: str | None = None
) -> Letter:
    return Letter.of("orders", "eu.placed", message, headers, id_)


@pytest.mark.parametrize(
    "message, body, content_type",
    [
        (b"\x00\xff", b"\x00\xff", "application/octet-stream"),
        (bytearray(b"ab"), b"ab", "application/octet-stream"),
        (memoryview(b"ab"), b"ab", "application/octet-stream"),
        ("grüß", "grüß".encode(), "text/plain; charset=utf-8"),
        (Model(SKU="A-1"), b'{"SKU":"A-1"}', "application/json"),
        (
            Record(datetime(2024, 1, 2, tzinfo=UTC), UUID(int=1)),
            b'{"when":"2024-01-02T00:00:00Z","id":"00000000-0000-0000-0000-000000000001"}',
            "application/json",
        ),
        (
            [Model(SKU="A-1"), {"n": Decimal("1.5")}, None],
            b'[{"SKU":"A-1"},{"n":"1.5"},null]',
            "application/json",
        ),
    ],
)
def test_bytes_and_text_go_as_they_are_and_all_else_as_json(
    message: object, body: bytes, content_type: str
) -> None:
    letter = _letter(message)
    assert (letter.body, letter.content_type) == (body, content_type)


@settings(deadline=None)
@given(JSON)
def test_plain_data_comes_back_from_its_json(data: object) -> None:
    assert json.loads(_letter(data).body) == data


@settings(deadline=None)
@given(HEADERS)
def test_headers_that_pass_can_be_written(headers: dict[str, HeaderValue]) -> None:
    Basic.Properties(headers=dict(_letter(headers=headers).headers)).marshal()


def test_a_secret_is_not_written() -> None:
    assert b"hush" not in _letter({"password": SecretStr("hush")}).body


def test_each_letter_has_an_id_of_its_own_unless_it_is_given() -> None:
    assert _letter().message_id != _letter().message_id
    assert _letter(id_="7d0f").message_id == "7d0f"
    assert {UUID(_letter().message_id).version for _ in range(1000)} == {4}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
def test_a_forked_process_gives_no_id_that_its_parent_gives() -> None:
    _letter()
    reader, writer = os.pipe()
    if not (child := os.fork()):
        os.write(writer, " ".join(_letter().message_id for _ in range(500)).encode())
        os._exit(0)
    os.close(writer)
    with open(reader) as told:
        theirs = set(told.read().split())
    os.waitpid(child, 0)
    assert len(theirs) == 500 and theirs.isdisjoint(_letter().message_id for _ in range(500))


@pytest.mark.parametrize(
    "exchange, key, message, headers, message_id, part",
    [
        ("x" * 256, "", b"", None, None, "the exchange name"),
        ("", "ü" * 128, b"", None, None, "the routing key .* 256 bytes"),
        ("", "\ud800", b"", None, None, "the routing key .* UTF-8"),
        ("", "", b"", None, "x" * 256, "the message_id"),
        ("", "", b"", None, "", "the message_id .* empty"),
        ("", "", b"", {"x" * 129: 1}, None, "the header 'x+' .* 129 bytes"),
        ("", "", b"", {"tenant": ["eu"]}, None, "the header 'tenant' .* list"),
        ("", "", b"", {"share": 0.1}, None, "the header 'share' .* float"),
        ("", "", b"", {"tenant": "\ud800"}, None, "the header 'tenant' .* UTF-8"),
        ("", "", b"", {"tenant": 2**63}, None, "the header 'tenant' .* 64 bits"),
        ("", "", "\ud800", None, None, "the message .* UTF-8"),
        ("", "", {"it": object()}, None, None, "the message, a dict, .*object"),
    ],
)
def test_what_cannot_be_sent_is_told_before_anything_is_done(
    exchange: str,
    key: str,
    message: object,
    headers: dict[str, HeaderValue] | None,
    message_id: str | None,
    part: str,
) -> None:
    with pytest.raises(InvalidMessage, match=part) as caught:
        Letter.of(exchange, key, message, headers, message_id)
    assert isinstance(caught.value, AmqpError)


def test_data_that_holds_itself_is_told() -> None:
    circle: list[object] = []
    circle.append(circle)
    with pytest.raises(InvalidMessage, match="a list"):
        _letter(circle)
