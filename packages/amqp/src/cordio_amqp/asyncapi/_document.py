"""The document: channels, operations and messages."""

from __future__ import annotations

import inspect
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cordio_amqp.asyncapi._schemas import Schemas

if TYPE_CHECKING:
    from cordio_amqp._source import Source
    from cordio_amqp.asyncapi._sent import Sent
    from cordio_core import Plan

__all__ = ["document"]

VERSION = "3.0.0"
_JSON = "application/json"
_PARKED = {
    "type": "object",
    "description": "What is said about a message that is parked, besides its own headers.",
    "properties": {
        "x-attempt": {"type": "integer", "description": "How often it was handled."},
        "x-parked-at": {"type": "string", "format": "date-time"},
        "x-parked-error": {"type": "string", "description": "A code, or what is wrong with the message."},
        "x-parked-handler": {"type": "string"},
        "x-parked-incident": {"type": "string"},
        "x-parked-queue": {"type": "string"},
        "x-parked-trace": {"type": "string"},
    },
}


def document(
    name: str, version: str, sources: Iterable[Source], sent: Sequence[Sent] = (), where: str = ""
) -> dict[str, Any]:
    """Write what an application takes from the broker and sends to it.

    Parameters
    ----------
    name : str
        The application.
    version : str
        Its version.
    sources : iterable of Source
        What it consumes and answers.
    sent : sequence of Sent
        What it publishes.
    where : str
        The broker as ``host:port``; empty to leave that out.

    Returns
    -------
    dict of str to object
        The document, as JSON has it (AsyncAPI 3.0.0).

    Examples
    --------
    >>> from cordio_amqp.asyncapi import Sent
    >>> made = document("orders", "1.2", [], [Sent("orders", "{region}.placed", dict[str, int])])
    >>> made["asyncapi"], list(made["operations"])
    ('3.0.0', ['send-orders-region.placed'])
    """
    writing = _Writing(name)
    for source in sources:
        writing.source(source)
    for each in sent:
        writing.sent(each)
    made = {
        "asyncapi": VERSION,
        "info": {"title": name, "version": version or "unknown"},
        "defaultContentType": _JSON,
        "channels": writing.channels,
        "operations": writing.operations,
        "components": writing.components(),
    }
    if where:
        made["servers"] = {"rabbitmq": {"host": where, "protocol": "amqp", "protocolVersion": "0.9.1"}}
    return made


class _Writing:
    """The document while it is written."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._schemas = Schemas()
        self._objects: dict[str, list[inspect.Parameter]] = {}
        self._messages: dict[str, dict[str, Any]] = {}
        self.channels: dict[str, dict[str, Any]] = {}
        self.operations: dict[str, dict[str, Any]] = {}

    def source(self, source: Source) -> None:
        """Add what a handler takes, and where it goes if it cannot be handled."""
        queue, plan = source.name(self._name), source.plan
        channel = self._key(plan.event.name)
        said = _said(plan)
        self._message(channel, plan.event.name, said)
        self._payload(channel, source)
        address, binding = (source.key, _exchange(source)) if source.exchange else (queue, _queue(queue))
        self._channel(channel, address, [channel], binding)
        operation = self._operation(f"receive-{channel}", "receive", channel, said)
        operation["bindings"] = {"amqp": {"ack": True, "bindingVersion": "0.3.0"}}
        if source.is_answered:
            operation["reply"] = self._reply(channel, plan)
        else:
            self._parked(channel, source, f"{queue}.parked")

    def sent(self, sent: Sent) -> None:
        """Add what the application publishes."""
        channel = self._key(f"sent {sent.name}")
        said = {"description": sent.description} if sent.description else {}
        self._message(channel, sent.name, said)
        self._schemas.add(channel, sent.message, "serialization")
        kind = {"is": "routingKey", "exchange": {"name": sent.exchange}} if sent.exchange else _queue(sent.key)
        self._channel(channel, sent.key, [channel], kind)
        if sent.parameters:
            self.channels[channel]["parameters"] = {each: {} for each in sent.parameters}
        self._operation(f"send-{channel.removeprefix('sent-')}", "send", channel, said)

    def components(self) -> dict[str, Any]:
        """Return the messages and the models."""
        schemas, models = self._schemas.written()
        for name, message in self._messages.items():
            if (parameters := self._objects.get(name)) is not None:
                message["payload"] = _object(name, parameters, schemas)
            elif name in schemas:
                message["payload"] = schemas[name]
        return {"messages": self._messages, "schemas": models}

    def _key(self, name: str) -> str:
        """Return a name as a key of the document, which no other one has."""
        made = _slug(name)
        keys = (made if number == 1 else f"{made}-{number}" for number in itertools.count(1))
        return next(key for key in keys if key not in self.channels)

    def _message(self, name: str, title: str, said: Mapping[str, str]) -> None:
        self._messages[name] = {"name": name, "title": title, **said}

    def _payload(self, name: str, source: Source) -> None:
        parameters = list(source.plan.data)
        if len(parameters) == 1 and not source.is_answered:
            self._schemas.add(name, parameters[0].annotation)
            return
        self._objects[name] = parameters
        for each in parameters:
            self._schemas.add(f"{name}/{each.name}", each.annotation)

    def _channel(
        self, name: str, address: str | None, messages: Sequence[str], binding: Mapping[str, object] | None
    ) -> None:
        made: dict[str, Any] = {
            "address": address,
            "messages": {each: {"$ref": f"#/components/messages/{each}"} for each in messages},
        }
        if binding is not None:
            made["bindings"] = {"amqp": {**binding, "bindingVersion": "0.3.0"}}
        self.channels[name] = made

    def _operation(self, name: str, action: str, channel: str, said: Mapping[str, str]) -> dict[str, Any]:
        made: dict[str, Any] = {"action": action, "channel": {"$ref": f"#/channels/{channel}"}, **said}
        made["messages"] = [
            {"$ref": f"#/channels/{channel}/messages/{each}"} for each in self.channels[channel]["messages"]
        ]
        self.operations[name] = made
        return made

    def _reply(self, channel: str, plan: Plan) -> dict[str, Any]:
        """Describe the answer, which goes to where its call says."""
        names = [f"{channel}-answer", f"{channel}-failure"]
        self._message(names[0], f"the answer of {plan.event.name}", {})
        self._schemas.add(names[0], plan.returns, "serialization")
        self._message(names[1], f"the failure of {plan.event.name}", {})
        self._messages[names[1]]["payload"] = _FAILURE
        self._channel(f"{channel}-reply", None, names, None)
        place = f"#/channels/{channel}-reply"
        return {
            "address": {"location": "$message.header#/reply_to"},
            "channel": {"$ref": place},
            "messages": [{"$ref": f"{place}/messages/{each}"} for each in names],
        }

    def _parked(self, channel: str, source: Source, queue: str) -> None:
        name = f"{channel}-parked"
        said = {"description": "A message that could not be handled, as it came."}
        self._message(name, f"{source.plan.event.name}, parked", said)
        self._messages[name]["headers"] = _PARKED
        self._channel(name, queue, [name], _queue(queue))
        self._operation(f"park-{channel}", "send", name, said)


_FAILURE = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("code", "incident", "title", "detail")},
    "required": ["code"],
}


def _object(
    name: str, parameters: Sequence[inspect.Parameter], schemas: Mapping[str, dict[str, Any]]
) -> dict[str, Any]:
    """Return the schema of values that are given by name."""
    needed = [each.name for each in parameters if each.default is inspect.Parameter.empty]
    properties = {each.name: schemas.get(f"{name}/{each.name}", {}) for each in parameters}
    return {"type": "object", "properties": properties, **({"required": needed} if needed else {})}


def _queue(name: str) -> dict[str, object]:
    return {"is": "queue", "queue": {"name": name, "durable": True, "exclusive": False, "autoDelete": False}}


def _exchange(source: Source) -> dict[str, object]:
    kind = source.exchange_type if source.exchange_type in _KINDS else "default"
    about = {"name": source.exchange, "type": kind, "durable": True, "autoDelete": False}
    return {"is": "routingKey", "exchange": about}


_KINDS = ("topic", "direct", "fanout", "headers")


def _said(plan: Plan) -> dict[str, str]:
    text = inspect.getdoc(plan.handler)
    return {"description": text} if text else {}


def _slug(name: str) -> str:
    """Return a name as a key of the document may be."""
    return re.sub(
        r"[^\w.-]+", "-", re.sub(r"[{}]", "", name).replace("*", "any").replace("#", "all"), flags=re.ASCII
    ).strip("-")
