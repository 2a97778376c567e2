"""A broker in this process, with the semantics of RabbitMQ; nothing in it survives the process."""

from cordio_amqp.memory._lines import MemoryLink, MemoryTrunk
from cordio_amqp.memory._places import announce

__all__ = ["MemoryLink", "MemoryTrunk", "announce"]
