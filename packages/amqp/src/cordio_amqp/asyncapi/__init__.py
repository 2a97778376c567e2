"""What an application takes from the broker and sends to it, told in AsyncAPI 3.0.0."""

from cordio_amqp.asyncapi._document import document
from cordio_amqp.asyncapi._sent import Sent
from cordio_amqp.asyncapi._served import PATH, served

__all__ = ["PATH", "Sent", "document", "served"]
