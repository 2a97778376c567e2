"""What can go wrong with RabbitMQ, each kind told apart."""

from __future__ import annotations

__all__ = [
    "AccessDenied",
    "AmqpError",
    "ExchangeMissing",
    "InvalidMessage",
    "NotSent",
    "OutcomeUnknown",
    "Refused",
    "Unavailable",
    "Unroutable",
]


class AmqpError(Exception):
    """The base of all errors of this package.

    Examples
    --------
    >>> issubclass(NotSent, AmqpError) and issubclass(Unavailable, AmqpError)
    True
    """


class Unavailable(AmqpError):
    """The broker cannot be reached, does not answer, or takes no messages.

    Parameters
    ----------
    where : str
        The broker as ``host:port``.
    reason : str
        What happened.

    Examples
    --------
    >>> print(Unavailable("mq.local:5672", "no answer within 5 s"))
    RabbitMQ at mq.local:5672 is unavailable: no answer within 5 s
    """

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(where, reason)
        self.where = where
        self.reason = reason

    def __str__(self) -> str:
        return f"RabbitMQ at {self.where} is unavailable: {self.reason}"


class AccessDenied(Unavailable):
    """The broker is there, but does not let us in: trying again does not help.

    Parameters
    ----------
    where : str
        The broker as ``host:port``.
    reason : str
        What it did not like.

    Examples
    --------
    >>> print(AccessDenied("mq.local:5672", "it refused the user 'shop' with this password"))
    RabbitMQ at mq.local:5672 denies access: it refused the user 'shop' with this password
    """

    def __str__(self) -> str:
        return f"RabbitMQ at {self.where} denies access: {self.reason}"


class InvalidMessage(AmqpError):
    """What was to be published cannot be written as a message; nothing was sent.

    Parameters
    ----------
    part : str
        What is wrong: the message, its headers, its key.
    reason : str
        Why.

    Examples
    --------
    >>> print(InvalidMessage("the routing key", "it has 300 bytes, and 255 are allowed"))
    the routing key cannot be sent: it has 300 bytes, and 255 are allowed
    """

    def __init__(self, part: str, reason: str) -> None:
        super().__init__(part, reason)
        self.part = part
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.part} cannot be sent: {self.reason}"


class _Unpublished(AmqpError):
    """What the failures of one publish have in common: which message it was, and why."""

    outcome = "was not published"

    def __init__(self, exchange: str, key: str, message_id: str, reason: str) -> None:
        super().__init__(exchange, key, message_id, reason)
        self.exchange = exchange
        self.key = key
        self.message_id = message_id
        self.reason = reason

    def __str__(self) -> str:
        place = f"exchange {self.exchange!r}" if self.exchange else "the default exchange"
        return f"message {self.message_id} to {place} with key {self.key!r} {self.outcome}: {self.reason}"


class Unroutable(_Unpublished):
    """The exchange has no queue for the key; the message is gone.

    Parameters
    ----------
    exchange : str
        The exchange; empty for the default one.
    key : str
        The routing key.
    message_id : str
        The message.
    reason : str
        What the broker said.

    Examples
    --------
    >>> print(Unroutable("orders", "placed", "7d0f", "NO_ROUTE"))
    message 7d0f to exchange 'orders' with key 'placed' reached no queue: NO_ROUTE; bind a queue for this key
    """

    outcome = "reached no queue"

    def __str__(self) -> str:
        return f"{super().__str__()}; bind a queue for this key"


class Refused(_Unpublished):
    """The broker got the message and did not take it.

    Parameters
    ----------
    exchange : str
        The exchange; empty for the default one.
    key : str
        The routing key.
    message_id : str
        The message.
    reason : str
        What the broker said.

    Examples
    --------
    >>> print(Refused("", "mail", "7d0f", "a queue is full"))
    message 7d0f to the default exchange with key 'mail' was refused: a queue is full
    """

    outcome = "was refused"


class ExchangeMissing(_Unpublished):
    """There is no such exchange; nothing was published.

    Parameters
    ----------
    exchange : str
        The exchange.
    key : str
        The routing key.
    message_id : str
        The message.
    reason : str
        What the broker said.

    Examples
    --------
    >>> print(ExchangeMissing("ordesr", "eu.placed", "7d0f", "NOT_FOUND"))
    message 7d0f to exchange 'ordesr' with key 'eu.placed' was not sent, there is no such exchange: ...
    """

    outcome = "was not sent, there is no such exchange"


class NotSent(_Unpublished):
    """The message surely did not reach the broker: publishing it again makes no duplicate.

    Parameters
    ----------
    exchange : str
        The exchange; empty for the default one.
    key : str
        The routing key.
    message_id : str
        The message.
    reason : str
        Why it could not be sent.

    Examples
    --------
    >>> print(NotSent("", "mail", "7d0f", "RabbitMQ at mq:5672 is unavailable"))
    message 7d0f to the default exchange with key 'mail' was not sent: RabbitMQ at mq:5672 is unavailable
    """

    outcome = "was not sent"


class OutcomeUnknown(_Unpublished):
    """The message was sent, or may have been, and no confirmation came: it may be there or not.

    Publish it again with the same ``message_id`` if its receiver recognises repeats by it.

    Parameters
    ----------
    exchange : str
        The exchange; empty for the default one.
    key : str
        The routing key.
    message_id : str
        The message.
    reason : str
        Why no confirmation came.

    Examples
    --------
    >>> print(OutcomeUnknown("", "mail", "7d0f", "the connection was lost"))
    message 7d0f to the default exchange with key 'mail' may have arrived or not: the connection was lost
    """

    outcome = "may have arrived or not"
