"""RabbitMQ as a service on aio-pika: a publish returns when it is confirmed."""

from cordio_amqp._amqp import Amqp
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
from cordio_amqp._settings import AmqpSettings

__all__ = [
    "AccessDenied",
    "Amqp",
    "AmqpError",
    "AmqpSettings",
    "ExchangeMissing",
    "InvalidMessage",
    "NotSent",
    "OutcomeUnknown",
    "Refused",
    "Unavailable",
    "Unroutable",
]
