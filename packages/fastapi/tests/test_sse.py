"""Server-sent events: what a handler yields, and what is sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

import pytest
from fastapi import BackgroundTasks, Cookie, Depends, Header
from fastapi import Response as NativeResponse
from fastapi.sse import ServerSentEvent as NativeEvent
from hypothesis import given
from hypothesis import strategies as st
from packages.fastapi.tests.calling import Call
from packages.fastapi.tests.doubles import Runtime, attached, bound, chained
from packages.fastapi.tests.streams import Read, parsed
from pydantic import BaseModel

from cordio_core import HandlerError, Request, Response, ServerSentEvent, sse
from cordio_fastapi import HttpEntrypoint
from cordio_fastapi._answer import text
from cordio_fastapi._sse_items import SseItems

LINES = st.text(alphabet=st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]))
TEXTS = st.text(alphabet=st.sampled_from("ab: \r\n\0é\u2028\ufeff")) | st.text(
    alphabet=st.characters(exclude_categories=["Cs"])
)


class Order(BaseModel):
    id: int


class Secret(Order):
    password: str


def answered(entrypoint: HttpEntrypoint, path: str = "/", **headers: str) -> tuple[Any, list[Read]]:
    """Return the answer, and the events in it."""

    async def main() -> Any:
        async with bound(entrypoint) as (client, _), asyncio.timeout(30):
            return await client.get(path, headers=headers)

    answer = asyncio.run(main())
    return answer, parsed(answer.text)


def test_texts_are_sent_as_they_are_and_data_as_json() -> None:
    async def events() -> AsyncIterator[object]:
        yield "hellø"
        yield {"price": 7}
        yield Order(id=3)
        yield [1, None]
        yield 7

    answer, found = answered(attached((sse("/"), events)))
    assert [each.data for each in found] == ["hellø", '{"price":7}', '{"id":3}', "[1,null]", "7"]
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream")
    assert (answer.headers["cache-control"], answer.headers["x-accel-buffering"]) == ("no-store", "no")


def test_an_event_has_a_name_an_id_a_time_to_come_again_and_a_comment() -> None:
    async def events() -> AsyncIterator[ServerSentEvent]:
        yield ServerSentEvent({"n": 1}, event="price", id="41", retry=3000, comment="one\ntwo")
        yield ServerSentEvent(id="42")
        yield ServerSentEvent("")

    answer, found = answered(attached((sse("/"), events)))
    assert found == [Read('{"n":1}', "price", "41"), Read("", "message", "42")]
    assert ": one\n: two\n" in answer.text and "retry: 3000\n" in answer.text


@given(TEXTS, st.none() | LINES, st.none() | LINES, st.none() | TEXTS)
def test_whatever_is_in_an_event_it_is_read_as_one_event(
    data: str, event: str | None, id: str | None, comment: str | None
) -> None:
    items = SseItems(text, "here")
    written = items.written(ServerSentEvent(data, event=event, id=id, comment=comment))
    (found,) = parsed(written.decode())
    whole = data.replace("\r\n", "\n").replace("\r", "\n")
    assert found == Read(whole, event or "message", id or "")


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"event": "a\ndata: b"}, "the name of an event stands in one line"),
        ({"event": "a\rdata: b"}, "the name of an event stands in one line"),
        ({"id": "7\r\n\r\n"}, "the id of an event stands in one line"),
        ({"id": "7\0"}, "the id of an event has no null character"),
        ({"id": 7}, "the id of an event is a text, not 7"),
        ({"retry": -1}, "retry=-1 is no number of milliseconds"),
        ({"retry": True}, "retry=True is no number of milliseconds"),
    ],
)
def test_what_would_be_read_as_another_field_is_refused_where_it_is_made(
    values: dict[str, Any], told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        ServerSentEvent("x", **values)


def test_fastapis_own_events_are_sent_as_fastapi_sends_them() -> None:
    async def events() -> AsyncIterator[NativeEvent]:
        yield NativeEvent(data="hello", id="1")
        yield NativeEvent(raw_data="hello", event="raw")

    _, found = answered(attached((sse("/"), events)))
    assert found == [Read('"hello"', "message", "1"), Read("hello", "raw", "1")]


def test_items_are_filtered_by_the_annotation_of_the_handler() -> None:
    async def events() -> AsyncIterator[Order | ServerSentEvent]:
        yield Secret(id=1, password="hunter2")
        yield ServerSentEvent(Secret(id=2, password="hunter2"), event="order")

    answer, found = answered(attached((sse("/"), events)))
    assert [each.data for each in found] == ['{"id":1}', '{"id":2}'] and "hunter2" not in answer.text


def test_a_handler_takes_values_of_the_request_and_services_and_where_the_client_has_been() -> None:
    async def events(
        room: int, since: str, request: Request, last_event_id: Annotated[str, Header()] = "0"
    ) -> AsyncIterator[object]:
        yield [room, since, last_event_id, request.headers.get("last-event-id")]

    entrypoint = attached((sse("/rooms/{room}"), events), since="service")
    assert json.loads(answered(entrypoint, "/rooms/7", **{"last-event-id": "41"})[1][0].data) == [
        *(7, "service", "41", "41")
    ]
    assert json.loads(answered(entrypoint, "/rooms/7")[1][0].data) == [7, "service", "0", None]


def test_a_value_that_is_not_valid_is_a_422_and_nothing_is_begun() -> None:
    async def events(limit: int) -> AsyncIterator[object]:
        raise AssertionError
        yield

    answer, _ = answered(attached((sse("/"), events)), "/?limit=many")
    assert (answer.status_code, answer.json()["errors"][0]["loc"]) == (422, ["query", "limit"])


def test_a_handler_before_it_answers_in_its_place() -> None:
    def refuse() -> Response:
        return Response({"code": "no"}, status=403)

    async def events() -> AsyncIterator[object]:
        raise AssertionError
        yield

    answer, _ = answered(chained(sse("/"), events, before=[refuse]))
    assert (answer.status_code, answer.json()) == (403, {"code": "no"})


def test_a_function_may_return_the_stream_or_a_response() -> None:
    async def rows() -> AsyncIterator[str]:
        yield "row"

    async def events(done: bool = False) -> AsyncIterator[str] | Response:
        return Response(status=204) if done else rows()

    entrypoint = attached((sse("/"), events))
    assert [each.data for each in answered(entrypoint)[1]] == ["row"]
    answer, _ = answered(entrypoint, "/?done=true")
    assert (answer.status_code, answer.content) == (204, b"")  # by which a browser comes no more


def test_a_stream_without_events_is_one() -> None:
    async def events() -> AsyncIterator[str]:
        return
        yield

    answer, found = answered(attached((sse("/"), events)))
    assert (answer.status_code, answer.headers["content-type"], found) == (200, "text/event-stream", [])


def test_what_fails_before_the_first_event_is_answered_as_ever() -> None:
    async def events() -> AsyncIterator[str]:
        raise RuntimeError("hunter2")
        yield

    async def main() -> None:
        async with bound(attached((sse("/"), events))) as (client, runtime):
            answer = await client.get("/")
            assert (answer.status_code, answer.json()) == (500, {"code": "internal"})
            assert runtime.spans[0].status == 500

    asyncio.run(main())


def test_a_generator_that_is_not_async_is_refused_with_its_place() -> None:
    def events() -> Any:
        yield "x"

    with pytest.raises(HandlerError, match=r"events.*test_sse.py:\d+.*generator that is not async.*async def"):
        attached((sse("/"), events))


async def spent(response: NativeResponse) -> str:
    response.headers["x-cost"] = "3"
    return "spent"


def test_both_ways_send_the_same_bytes() -> None:
    async def fast(n: int) -> AsyncIterator[Order]:
        for number in range(n):
            yield Order(id=number)

    async def slow(n: int, session: Annotated[str | None, Cookie()] = None) -> AsyncIterator[Order]:
        for number in range(n):
            yield Order(id=number)

    one, other = attached((sse("/"), fast)), attached((sse("/"), slow))
    assert [way.fast for entrypoint in (one, other) for way in entrypoint.ways] == [True, False]

    async def main() -> None:
        for query in (b"n=0", b"n=3", b"n=x"):
            answers = []
            for entrypoint in (one, other):
                entrypoint.bind(Runtime())
                answers.append(await Call(query=query).of(entrypoint.asgi))
            assert answers[0] == answers[1]

    asyncio.run(main())


def test_what_fastapis_dependencies_leave_is_sent_and_done_afterwards() -> None:
    told: list[str] = []

    async def events(cost: Annotated[str, Depends(spent)], background: BackgroundTasks) -> AsyncIterator[str]:
        background.add_task(told.append, "background")
        yield cost
        told.append("yielded")

    answer, found = answered(attached((sse("/"), events)))
    assert (answer.headers["x-cost"], found[0].data, told) == ("3", "spent", ["yielded", "background"])


def test_the_document_tells_of_the_stream_and_its_items() -> None:
    async def orders(room: int) -> AsyncIterator[Order]:
        """Tell of orders."""
        yield Order(id=room)

    async def texts() -> AsyncIterator[str]:
        yield "x"

    async def main() -> Any:
        async with bound(attached((sse("/orders"), orders), (sse("/texts"), texts))) as (client, _):
            return (await client.get("/openapi.json")).json()

    document = asyncio.run(main())
    operation = document["paths"]["/orders"]["get"]
    assert operation["description"] == "Tell of orders." and operation["parameters"][0]["name"] == "room"
    content = operation["responses"]["200"]["content"]
    assert list(content) == ["text/event-stream"]
    properties = content["text/event-stream"]["itemSchema"]["properties"]
    assert properties["data"]["contentSchema"] == {"$ref": "#/components/schemas/Order"}
    assert list(document["paths"]["/texts"]["get"]["responses"]["200"]["content"]) == ["text/event-stream"]
