"""RabbitMQ on aio-pika: a publish returns when it is confirmed, a message is settled when it was handled."""

from cordio_amqp._amqp import Amqp
from cordio_amqp._batch import BatchFailed
from cordio_amqp._codecs import Codec
from cordio_amqp._consumption import Consumption, Stream
from cordio_amqp._entrypoint import AmqpEntrypoint
from cordio_amqp._events import ConsumedQueue, ConsumedTopic, queue, topic
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
from cordio_amqp._hashed import hashed
from cordio_amqp._lock import AmqpLock
from cordio_amqp._retries import Retries, Retrying
from cordio_amqp._settings import AmqpSettings
from cordio_amqp._state import AmqpState, ConsumerState
from cordio_amqp._topology_error import TopologyError
from cordio_amqp.rpc import AnsweredProcedure, AnswerUnfit, CallFailed, CallOverdue, CallState, rpc

__all__ = [
    "AccessDenied",
    "Amqp",
    "AmqpEntrypoint",
    "AmqpError",
    "AmqpLock",
    "AmqpSettings",
    "AmqpState",
    "AnswerUnfit",
    "AnsweredProcedure",
    "BatchFailed",
    "CallFailed",
    "CallOverdue",
    "CallState",
    "ConsumedQueue",
    "ConsumedTopic",
    "ConsumerState",
    "Codec",
    "Consumption",
    "ExchangeMissing",
    "InvalidMessage",
    "NotSent",
    "OutcomeUnknown",
    "Refused",
    "Retries",
    "Retrying",
    "Stream",
    "TopologyError",
    "Unavailable",
    "Unroutable",
    "hashed",
    "queue",
    "rpc",
    "topic",
]
