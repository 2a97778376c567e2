"""What a user of the service sees, on a real broker."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from pydantic import BaseModel

from cordio_amqp import Amqp, AmqpSettings, Unroutable

if TYPE_CHECKING:
    from tools.servers import RabbitMQ

    from .conftest import Boxes


class NewOrder(BaseModel):
    sku: str
    count: int = 1


def test_a_publish_returns_when_the_broker_keeps_the_message_and_raises_otherwise(
    rabbitmq: RabbitMQ, boxes: Boxes
) -> None:
    async def main() -> None:
        async with boxes(rabbitmq) as box, Amqp(AmqpSettings(port=rabbitmq.port)) as amqp:
            message_id = await amqp.publish("", box.name, NewOrder(sku="A-1"), headers={"tenant": "eu"})

            assert await box.count() == 1
            message = await box.get()
            assert NewOrder.model_validate_json(message.body) == NewOrder(sku="A-1")
            assert message.message_id == message_id
            assert message.content_type == "application/json"
            assert message.headers == {"tenant": "eu"}
            assert message.delivery_mode == 2, "persistent"

            with pytest.raises(Unroutable, match="nobody"):
                await amqp.publish("", "nobody", NewOrder(sku="A-1"))

    asyncio.run(main())
