"""What is consumed: the queue, its bindings, and the handler that takes its messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cordio_amqp._consumption import Consumption
from cordio_amqp._events import ConsumedQueue, ConsumedTopic
from cordio_amqp._names import refused_exchange, refused_queue
from cordio_amqp._retries import DEFAULT, Retrying
from cordio_amqp.rpc import AnsweredProcedure
from cordio_amqp.rpc._wire import address
from cordio_core import CoreError, HandlerError, Plan, QueueEvent, RpcEvent, StartError, TopicEvent
from cordio_core.data import Payload, converters

if TYPE_CHECKING:
    from cordio_core.protocols import Converter

__all__ = ["Source", "sources"]

_LONGEST = 255  # AMQP 0-9-1, section 4.2.5.3: short strings
_SUFFIX = len(".retry.500000000")


@dataclass(frozen=True, slots=True)
class Source:
    """One queue and who takes its messages, or answers its calls."""

    plan: Plan
    payload: Payload
    queue: str
    exchange: str
    key: str
    consumption: Consumption
    exchange_type: str = "topic"
    hash_header: str = ""

    @property
    def is_answered(self) -> bool:
        """Whether its messages are calls that wait for an answer."""
        return isinstance(self.plan.event, RpcEvent)

    @property
    def retry(self) -> Retrying:
        """How its messages are tried again."""
        return self.consumption.retry or DEFAULT

    def name(self, service: str) -> str:
        """Return the name of its queue in a service."""
        return self.queue or f"{service}.{_handler(self.plan)}"


def sources(
    plans: Sequence[Plan], makers: Sequence[Converter] | None = None, service: str = ""
) -> list[Source]:
    """Return what a service is to consume; raise StartError with all that is wrong with it."""
    makers = converters() if makers is None else makers
    found: list[Source] = []
    problems: list[str] = []
    for plan in plans:
        try:
            found.append(_source(plan, makers))
        except CoreError as error:
            problems.append(str(error))
    problems += _doubles(found)
    problems += [problem for each in found for problem in _misnamed(each, service)]
    if problems:
        raise StartError("amqp", problems)
    return found


def _source(plan: Plan, makers: Sequence[Converter]) -> Source:
    event = plan.event
    payload = Payload(plan.place, plan.data, makers)
    if isinstance(event, QueueEvent):
        consumption = event.consumption if isinstance(event, ConsumedQueue) else Consumption()
        return Source(plan, payload, event.queue, "", "", consumption)
    if isinstance(event, TopicEvent):
        if not isinstance(event, ConsumedTopic):
            return Source(plan, payload, "", event.exchange, event.key, Consumption())
        kind, header = event.exchange_type, event.hash_header
        return Source(plan, payload, event.queue, event.exchange, event.key, event.consumption, kind, header)
    if isinstance(event, RpcEvent):
        consumption = (
            event.consumption if isinstance(event, AnsweredProcedure) else Consumption(type="classic")
        )
        return Source(plan, payload, address(event.procedure), "", "", consumption)
    raise HandlerError(
        plan.place, f"answers {event.name!r}, which no broker has", "use a queue, a topic or an rpc"
    )


def _doubles(found: Sequence[Source]) -> Iterator[str]:
    by_queue: dict[str, list[Source]] = {}
    for source in found:
        by_queue.setdefault(source.name(""), []).append(source)
    for same in by_queue.values():
        if len(same) > 1:
            listed = " and ".join(f"{each.plan.event.name!r} of {each.plan.place}" for each in same)
            cure = "give each a queue of its own: topic(…, queue='…')"
            yield f"{listed} would take their messages from one queue, each a part of them: {cure}"


def _misnamed(source: Source, service: str) -> Iterator[str]:
    """Yield what is wrong with the names that would be declared for it."""
    queue, most = source.name(service), _LONGEST - _SUFFIX
    place = source.plan.place
    if len(queue.encode()) > most:
        yield f"{place}: the name of the queue leaves no room for '.retry.…': take {most} bytes at most"
    for name, reason in (
        (queue, refused_queue(queue)),
        (source.exchange, refused_exchange(source.exchange)),
    ):
        if reason:
            yield f"{place}: {name[:80]!r} cannot be used: {reason}"


def _handler(plan: Plan) -> str:
    return str(getattr(plan.handler, "__name__", type(plan.handler).__name__))
