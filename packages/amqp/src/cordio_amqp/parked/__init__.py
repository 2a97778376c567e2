"""Messages that could not be handled: what is parked, and what becomes of it."""

from cordio_amqp.parked._message import ParkedMessage
from cordio_amqp.parked._parked import Parked

__all__ = ["Parked", "ParkedMessage"]
