"""RabbitMQ on aio-pika: a publish returns when it is confirmed, a message is settled when it was handled."""

from cordio_amqp._amqp import Amqp
from cordio_amqp._entrypoint import AmqpEntrypoint
from cordio_amqp._events import ConsumedQueue, ConsumedTopic, Consumption, queue, topic
from cordio_amqp._exceptions import (
    AccessDenied,
    AmqpError,
    ExchangeMissing,
    InvalidMessage,
    NotSent,
    OutcomeUnknown,
    Refused,
    Unavailable,
    Unroutable,
)
from cordio_amqp._retries import Retries, Retrying
from cordio_amqp._settings import AmqpSettings
from cordio_amqp._topology_error import TopologyError

__all__ = [
    "AccessDenied",
    "Amqp",
    "AmqpEntrypoint",
    "AmqpError",
    "AmqpSettings",
    "ConsumedQueue",
    "ConsumedTopic",
    "Consumption",
    "ExchangeMissing",
    "InvalidMessage",
    "NotSent",
    "OutcomeUnknown",
    "Refused",
    "Retries",
    "Retrying",
    "TopologyError",
    "Unavailable",
    "Unroutable",
    "queue",
    "topic",
]
