"""What the exceptions of aio-pika and aiormq mean for the message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aio_pika.exceptions import (
    AuthenticationError,
    ChannelNotFoundEntity,
    ChannelPreconditionFailed,
    DeliveryError,
    InvalidFrameError,
    ProbableAuthenticationError,
    PublishError,
)
from aiormq.exceptions import ChannelAccessRefused

from cordio_amqp._address import address
from cordio_amqp._exceptions import (
    AccessDenied,
    AmqpError,
    ExchangeMissing,
    OutcomeUnknown,
    Refused,
    Unavailable,
    Unroutable,
)

if TYPE_CHECKING:
    from cordio_amqp._letter import Letter
    from cordio_amqp._settings import AmqpSettings

__all__ = ["failed_opening", "failed_publish"]


def failed_opening(error: Exception, settings: AmqpSettings) -> Unavailable:
    """Return why no connection came about."""
    where = settings.where
    if isinstance(error, ProbableAuthenticationError):
        return AccessDenied(where, f"it refused the user {settings.who!r} with this password")
    if isinstance(error, AuthenticationError):
        return AccessDenied(where, "it offers no way to log in that is known here")
    if isinstance(error, InvalidFrameError) and "Connection.Close" in str(error):
        # The broker's own words are lost in aiormq. It may also be about to start or to stop.
        vhost = address(settings).path.removeprefix("/") or "/"
        question = f"does it exist, and may the user {settings.who!r} use it?"
        return Unavailable(where, f"it closed the connection at the vhost {vhost!r}; {question}")
    if isinstance(error, TimeoutError):
        return Unavailable(where, f"no connection within {settings.connect_timeout:g} s")
    return Unavailable(where, str(error) or type(error).__name__)


def failed_publish(letter: Letter, error: Exception, *, alone: bool) -> AmqpError:
    """Return what became of a message that was handed over; `alone` if the failure can be of no other."""
    kind, reason = _verdict(letter, error, alone)
    return kind(letter.exchange, letter.key, letter.message_id, reason)


def _verdict(
    letter: Letter, error: Exception, alone: bool
) -> tuple[type[Unroutable | Refused | ExchangeMissing | OutcomeUnknown], str]:
    if isinstance(error, PublishError):
        return Unroutable, str(error.args[0])
    if isinstance(error, DeliveryError):
        return Refused, "the broker did not take it (basic.nack), as when a queue is full"
    reason = str(error) or type(error).__name__
    ours = f"exchange '{letter.exchange}'" in reason
    if isinstance(error, ChannelAccessRefused) and ours:
        return Refused, reason
    if isinstance(error, ChannelNotFoundEntity) and ours and alone:
        return ExchangeMissing, reason
    if isinstance(error, ChannelPreconditionFailed) and alone:
        return Refused, reason
    return OutcomeUnknown, f"the connection was lost: {reason}"
