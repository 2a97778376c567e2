"""What an exception of the libraries means: never more certain than it can be known."""

from __future__ import annotations

import pytest
from aio_pika.exceptions import (
    AMQPConnectionError,
    AuthenticationError,
    ChannelNotFoundEntity,
    ChannelPreconditionFailed,
    ProbableAuthenticationError,
)
from aiormq.exceptions import ChannelAccessRefused

from cordio_amqp import (
    AccessDenied,
    AmqpError,
    AmqpSettings,
    ExchangeMissing,
    OutcomeUnknown,
    Refused,
    Unavailable,
)
from cordio_amqp._failures import failed_opening, failed_publish
from cordio_amqp._letter import Letter

OURS, OTHER = "no exchange 'orders' in vhost '/'", "no exchange 'other' in vhost '/'"


@pytest.mark.parametrize(
    "error, alone, kind",
    [
        (ChannelNotFoundEntity(OURS), True, ExchangeMissing),
        (ChannelNotFoundEntity(OURS), False, OutcomeUnknown),
        (ChannelNotFoundEntity(OTHER), True, OutcomeUnknown),
        (ChannelAccessRefused("access to exchange 'orders' refused"), False, Refused),
        (ChannelAccessRefused("access to exchange 'other' refused"), True, OutcomeUnknown),
        (ChannelPreconditionFailed("message size is larger than configured"), True, Refused),
        (ChannelPreconditionFailed("message size is larger than configured"), False, OutcomeUnknown),
        (AMQPConnectionError("gone"), True, OutcomeUnknown),
        (Exception(), True, OutcomeUnknown),
    ],
)
def test_a_failed_publish_is_told_as_far_as_it_is_known(
    error: Exception, alone: bool, kind: type[AmqpError]
) -> None:
    failure = failed_publish(Letter.of("orders", "placed", b"", None, "7d0f"), error, alone=alone)
    assert type(failure) is kind and "7d0f" in str(failure)


@pytest.mark.parametrize(
    "error, kind, reason",
    [
        (ProbableAuthenticationError("ACCESS_REFUSED"), AccessDenied, "user 'guest'"),
        (AuthenticationError("EXTERNAL", ["plain"]), AccessDenied, "no way to log in"),
        (TimeoutError(), Unavailable, "within 5 s"),
        (ConnectionRefusedError(111, "Connect call failed"), Unavailable, "Connect call failed"),
        (EOFError(), Unavailable, "EOFError"),
    ],
)
def test_a_failed_opening_is_told_with_its_reason(
    error: Exception, kind: type[Unavailable], reason: str
) -> None:
    failure = failed_opening(error, AmqpSettings())
    assert type(failure) is kind and reason in str(failure) and "127.0.0.1:5672" in str(failure)
