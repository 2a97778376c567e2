"""Plain data as the arguments of a handler, for events that are not read by a web framework."""

from cordio_core.data._payload import Payload
from cordio_core.data._plain import PlainConverter
from cordio_core.data._typed import TypedConverter, converters

__all__ = ["Payload", "PlainConverter", "TypedConverter", "converters"]
