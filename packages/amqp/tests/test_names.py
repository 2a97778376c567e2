"""Names that a broker may have and that the library underneath refuses."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pamqp import commands as spec

from cordio_amqp import Amqp, AmqpEntrypoint, AmqpSettings, InvalidMessage, NotSent, queue, topic
from cordio_amqp._names import refused_exchange, refused_queue
from cordio_core import App, CoreError

LIMIT = 60.0
NAMES = st.text(max_size=140) | st.from_regex(r"[a-zA-Z0-9_.:@#,/+ -]{0,200}", fullmatch=True)


def declared(kind: type[spec.Exchange.Declare] | type[spec.Queue.Declare], **names: str) -> bool:
    """Whether the library underneath makes such a declaration."""
    with suppress(ValueError):
        kind(**names).validate()  # type: ignore[arg-type]  # of all arguments the names alone
        return True
    return False


@hypothesis_settings(deadline=None)
@given(NAMES)
@example("orders\n")
@example("x" * 127)
@example("x" * 128)
def test_a_name_is_refused_exactly_where_the_library_refuses_it(name: str) -> None:
    assert declared(spec.Exchange.Declare, exchange=name) == (not refused_exchange(name))
    assert declared(spec.Queue.Declare, queue=name) == (not refused_queue(name))


def test_an_exchange_that_cannot_be_asked_for_is_told_at_once(settings: AmqpSettings) -> None:
    async def main() -> None:
        async with asyncio.timeout(LIMIT), Amqp(settings) as amqp:
            with pytest.raises(NotSent, match="Invalid value for exchange"):
                await amqp.publish("what exchange?", "key", "x", timeout=2 * LIMIT)

    asyncio.run(main())


@pytest.mark.parametrize("exchange", ["what exchange?", "größe", "x" * 128])
def test_it_is_told_at_once_where_no_broker_is_there(exchange: str) -> None:
    async def main() -> None:
        async with asyncio.timeout(LIMIT), Amqp(AmqpSettings(port=1)) as amqp:
            with pytest.raises(NotSent, match="Invalid value for exchange"):
                await amqp.publish(exchange, "key", "x", timeout=2 * LIMIT)

    asyncio.run(main())


@pytest.mark.parametrize("content_type", ["x" * 256, "\ud800"])
def test_a_content_type_that_cannot_be_written_is_told_at_once(content_type: str) -> None:
    async def main() -> None:
        async with asyncio.timeout(LIMIT), Amqp(AmqpSettings(port=1)) as amqp:
            with pytest.raises(InvalidMessage, match="the content type"):
                await amqp.publish("", "key", b"x", content_type=content_type, timeout=2 * LIMIT)

    asyncio.run(main())


def test_headers_that_no_frame_has_room_for_disturb_no_other_message(settings: AmqpSettings) -> None:
    async def main() -> None:
        async with asyncio.timeout(LIMIT), Amqp(settings) as amqp:
            fine = [asyncio.create_task(amqp.publish("amq.fanout", "", "x")) for _ in range(20)]
            with pytest.raises(NotSent, match="frame_max"):
                await amqp.publish("", "key", "x", headers={"tenant": "x" * 200_000})
            ends = await asyncio.gather(*fine, return_exceptions=True)
            assert {type(end).__name__ for end in ends} == {"Unroutable"}

    asyncio.run(main())


def test_names_that_cannot_be_used_end_the_start() -> None:
    app = App("shop", entrypoints=[AmqpEntrypoint()])

    @app.on(queue("what?"))
    async def first(sku: str) -> None: ...

    @app.on(topic("what exchange?", "#", queue="fine"))
    async def second(sku: str) -> None: ...

    @app.on(topic("orders", "#"))
    async def größe(sku: str) -> None: ...

    with pytest.raises(CoreError) as caught:
        app.check()
    told = str(caught.value)
    assert "'what?' cannot be used: Invalid value for queue" in told
    assert "'what exchange?' cannot be used: Invalid value for exchange" in told
    assert "'shop.größe' cannot be used: Invalid value for queue" in told


def test_the_name_of_the_service_counts_in_the_length_of_a_queue() -> None:
    app = App("s" * 240, entrypoints=[AmqpEntrypoint()])

    @app.on(topic("orders", "#"))
    async def cancelled(sku: str) -> None: ...

    with pytest.raises(CoreError, match="leaves no room"):
        app.check()
