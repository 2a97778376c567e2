"""What is in messages: content types, compression and limits, on both brokers."""

from __future__ import annotations

import asyncio
import gzip
from typing import TYPE_CHECKING

import pytest

from cordio_amqp import Amqp, AmqpEntrypoint, AmqpSettings, InvalidMessage, queue
from cordio_amqp.parked import Parked
from cordio_core import Request

if TYPE_CHECKING:
    from ..conftest import Apps
    from .conftest import Place

LIMIT = 60.0


class Pairs:
    """A codec: ``name=value`` in lines."""

    content_type = "text-of/pairs"

    def encode(self, value: object, /) -> bytes:
        if not isinstance(value, dict):
            raise ValueError("only a dict has names")
        return "\n".join(f"{name}={each}" for name, each in value.items()).encode()

    def decode(self, body: bytes, /) -> object:
        return dict(line.split("=", 1) for line in body.decode().splitlines())


def test_a_content_type_of_ones_own_is_written_and_read_by_its_codec(
    place: Place, apps: Apps, name: str
) -> None:
    async def main() -> None:
        app, came = apps(source=AmqpEntrypoint(codecs=[Pairs()]), **place.options), asyncio.Queue[str]()

        @app.on(queue(name))
        async def take(sku: str, count: int) -> None:
            await came.put(f"{count} {sku}")

        async with asyncio.timeout(LIMIT), app.running():
            async with Amqp(place.settings, codecs=[Pairs()]) as amqp:
                await amqp.publish("", name, {"sku": "A-1", "count": 2}, content_type="Text-of/Pairs; v=1")
                assert await came.get() == "2 A-1"
                with pytest.raises(InvalidMessage, match="only a dict has names"):
                    await amqp.publish("", name, [1], content_type="text-of/pairs")
                with pytest.raises(InvalidMessage, match=r"no codec for 'image/png'"):
                    await amqp.publish("", name, {}, content_type="image/png")
                await amqp.publish("", name, b"no pairs", content_type="text-of/pairs", message_id="7")
            async with place.seat() as seat:
                await seat.becomes(f"{name}.parked", 1)
        (found,) = await Parked(place.settings).messages(name)
        assert (found.id, found.error) == ("7", "its text-of/pairs cannot be read: ValueError")

    asyncio.run(main())


@pytest.mark.parametrize("by", ["choice", "size"])
def test_a_compressed_message_comes_as_it_was(place: Place, apps: Apps, name: str, by: str) -> None:
    async def main() -> None:
        app, came = apps(**place.options), asyncio.Queue[Request]()
        settings = place.settings.model_copy(update={"compress_from": 100} if by == "size" else {})

        @app.on(queue(name))
        async def take(text: str, request: Request) -> None:
            assert text in request.body.decode()
            await came.put(request)

        async with asyncio.timeout(LIMIT), app.running(), Amqp(settings) as amqp:
            await amqp.publish("", name, {"text": "a" * 1000}, compress=None if by == "size" else True)
            large = await came.get()
            assert len(large.body) > 1000 and large.headers["content-encoding"] == "gzip"
            await amqp.publish("", name, {"text": "a"})
            assert "content-encoding" not in (await came.get()).headers
            await amqp.publish("", name, {"text": "a" * 1000}, compress=False)
            assert "content-encoding" not in (await came.get()).headers

    asyncio.run(main())


@pytest.mark.parametrize(
    ("body", "encoding", "error"),
    [
        (gzip.compress(b'"' + b"0" * 500_000 + b'"'), "gzip", "more than 1000 bytes when it is unpacked"),
        (gzip.compress(b'"A-1"')[:-4], "gzip", "no whole gzip"),
        (b"PK", "gzip", "no whole gzip"),
        (b'"' + b"0" * 2000 + b'"', None, "has 2002 bytes, and 1000 are allowed"),
        (b'"A-1"', "br", "encoding is not known"),
    ],
)
def test_what_unpacks_to_too_much_or_not_at_all_is_parked_and_its_handler_is_not_run(
    place: Place, apps: Apps, name: str, body: bytes, encoding: str | None, error: str
) -> None:
    async def main() -> None:
        app = apps(**place.options, body_limit="1kB")
        ran = False

        @app.on(queue(name))
        async def take(sku: str) -> None:
            nonlocal ran
            ran = True

        async with asyncio.timeout(LIMIT), app.running(), place.seat() as seat:
            await seat.put(name, body, content_encoding=encoding)
            await seat.becomes(f"{name}.parked", 1)
        (found,) = await Parked(place.settings).messages(name)
        assert error in found.error and not ran

    asyncio.run(main())


def test_what_is_larger_than_the_limit_is_not_published() -> None:
    async def main() -> None:
        async with Amqp(AmqpSettings.model_validate({"url": "memory:", "body_limit": "10B"})) as amqp:
            with pytest.raises(InvalidMessage, match="12 bytes, and 10 are allowed"):
                await amqp.publish("", "orders", "twelve bytes")

    asyncio.run(main())
