"""What the tests look at the broker with, and what they put between the service and the broker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, cast
from uuid import uuid4

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue

from cordio_amqp import AmqpEntrypoint, AmqpSettings
from cordio_core import App

if TYPE_CHECKING:
    from cordio_core.protocols import Guard, Monitoring
    from tools.servers import RabbitMQ

LIMIT = 60.0


class Progress:
    """What has happened so far in a test: who waits for something looks again after each step."""

    def __init__(self) -> None:
        self._step = asyncio.Event()

    def step(self) -> None:
        """Tell that something has happened."""
        done, self._step = self._step, asyncio.Event()
        done.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until it holds."""
        async with asyncio.timeout(2 * LIMIT):
            while not condition():
                await self._step.wait()


@pytest.fixture
def progress() -> Progress:
    """What a test waits by for what it counts itself."""
    return Progress()


@dataclass
class Box:
    """A queue, seen by a client that is not the one under test."""

    channel: AbstractChannel
    queue: AbstractQueue

    @property
    def name(self) -> str:
        """The queue's name."""
        return self.queue.name

    async def get(self) -> AbstractIncomingMessage:
        """Return the next message, which must be there."""
        message = await self.queue.get(no_ack=True, timeout=LIMIT)
        assert message is not None
        return message

    async def count(self) -> int:
        """Return how many messages are in the queue."""
        declared = await self.channel.declare_queue(self.name, passive=True)
        return declared.declaration_result.message_count or 0

    async def becomes(self, count: int) -> None:
        """Wait until so many messages are in the queue."""
        async with asyncio.timeout(LIMIT):
            while await self.count() != count:  # a round trip each
                pass

    async def ids(self) -> list[str | None]:
        """Take all messages, and return their ids."""
        return [(await self.get()).message_id for _ in range(await self.count())]


Boxes = Callable[..., AbstractAsyncContextManager[Box]]


@pytest.fixture
def boxes() -> Boxes:
    """Makes queues of one's own on a broker: ``async with boxes(rabbitmq) as box``."""

    @asynccontextmanager
    async def box(broker: RabbitMQ, **arguments: str | int) -> AsyncIterator[Box]:
        async with await aio_pika.connect(broker.url) as connection, connection.channel() as channel:
            name = f"test-{uuid4().hex}"
            queue = await channel.declare_queue(name, durable=True, arguments=dict(arguments))
            yield Box(channel, queue)
            await queue.delete(if_unused=False, if_empty=False)

    return box


@dataclass
class Proxy:
    """A line to the broker that counts connections and answers, and can be cut, held or slowed."""

    broker_port: int
    port: int = 0
    delay: float = 0.0
    connections: int = 0
    answered: int = 0
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    questions: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    def cut(self) -> None:
        """Cut all connections."""
        for writer in self._writers:
            writer.transport.abort()

    def hold(self, direction: asyncio.Event) -> None:
        """Let nothing more through in this direction, until it is set again."""
        self.asked.clear()
        self.left.clear()
        direction.clear()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        self.connections += 1
        there, to_there = await asyncio.open_connection("127.0.0.1", self.broker_port)
        self._writers |= {writer, to_there}
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._carry(reader, to_there, self.questions, self.asked))
                both.create_task(self._carry(there, writer, self.answers, asyncio.Event()))
        finally:
            self._writers -= {writer, to_there}

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        open_: asyncio.Event,
        seen: asyncio.Event,
    ) -> None:
        try:
            while data := await reader.read(65536):
                seen.set()
                self.answered += open_ is self.answers
                await asyncio.sleep(self.delay)
                await open_.wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.transport.abort()
            self.left.set()


Proxies = Callable[[int], AbstractAsyncContextManager[Proxy]]


@pytest.fixture
def proxies() -> Proxies:
    """Puts a proxy before a port: ``async with proxies(rabbitmq.port) as proxy``."""

    @asynccontextmanager
    async def proxy(port: int) -> AsyncIterator[Proxy]:
        made = Proxy(port)
        made.answers.set()
        made.questions.set()
        tasks: set[asyncio.Task[None]] = set()

        def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            tasks.add(asyncio.create_task(made.serve(reader, writer)))

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        made.port = server.sockets[0].getsockname()[1]
        try:
            yield made
        finally:
            server.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    return proxy


@pytest.fixture
def settings(rabbitmq: RabbitMQ) -> AmqpSettings:
    """The settings for the shared broker."""
    return AmqpSettings(port=rabbitmq.port)


T = TypeVar("T")


@dataclass
class Configured:
    """Settings of the section ``amqp``, and every other one at its default."""

    amqp: AmqpSettings

    def configuration(self, sections: Mapping[str, type], options: Sequence[object], /) -> Configured:
        """Return itself."""
        return self

    def slice(self, section: str, model: type[T], /) -> T:
        """Return the settings of a section."""
        return cast("T", self.amqp) if section == "amqp" else model()

    def __getitem__(self, key: str, /) -> object:
        raise KeyError(key)


Apps = Callable[..., App]


@pytest.fixture
def apps() -> Apps:
    """Makes applications that consume from a broker: ``apps(rabbitmq.port)``."""

    def made(
        port: int,
        name: str = "shop",
        errors: Guard | None = None,
        source: AmqpEntrypoint | None = None,
        monitoring: Monitoring | None = None,
        **settings: object,
    ) -> App:
        chosen, sources = AmqpSettings.model_validate({"port": port, **settings}), [source or AmqpEntrypoint()]
        return App(
            name, entrypoints=sources, configuring=Configured(chosen), errors=errors, monitoring=monitoring
        )

    return made


@dataclass
class Desk:
    """What other services do with the broker: they send messages, and look into queues."""

    channel: AbstractChannel

    async def send(self, queue: str, body: bytes, **properties: object) -> None:
        """Send a message to a queue."""
        message = aio_pika.Message(body, delivery_mode=2, **properties)  # type: ignore[arg-type]  # given
        await self.channel.default_exchange.publish(message, queue)

    async def next(self, queue: str) -> AbstractIncomingMessage:
        """Wait for a message, and take it."""
        found: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
        consumed = await self.channel.get_queue(queue)
        tag = await consumed.consume(found.put, no_ack=True)
        message = await asyncio.wait_for(found.get(), LIMIT)
        await consumed.cancel(tag)
        return message

    async def count(self, queue: str) -> int:
        """Return how many messages wait in a queue."""
        declared = await self.channel.declare_queue(queue, passive=True)
        return declared.declaration_result.message_count or 0

    async def becomes(self, queue: str, count: int) -> None:
        """Wait until so many messages wait in a queue: what comes back to it takes a moment."""
        async with asyncio.timeout(LIMIT):
            while await self.count(queue) != count:  # a round trip each
                pass


Desks = Callable[[int], AbstractAsyncContextManager[Desk]]


@pytest.fixture
def desks() -> Desks:
    """Opens a desk at a broker: ``async with desks(rabbitmq.port) as desk``."""

    @asynccontextmanager
    async def desk(port: int) -> AsyncIterator[Desk]:
        url = f"amqp://guest:guest@127.0.0.1:{port}/"
        async with await aio_pika.connect(url) as connection, connection.channel() as channel:
            yield Desk(channel)

    return desk


@pytest.fixture
def name() -> str:
    """A name of one's own for a queue, an exchange or a service."""
    return f"test-{uuid4().hex}"
