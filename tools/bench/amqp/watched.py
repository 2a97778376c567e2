"""What it costs that messages are watched by a monitor, which writes their records to a file."""

import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from cordio_amqp import Amqp
from cordio_monitor import LogSettings, Monitor
from cordio_monitor.sinks import File
from tools.bench.amqp import _senders, _takers
from tools.bench.amqp._place import QUEUE, Send, senders, settings
from tools.bench.amqp._takers import Take, takers
from tools.bench.comparison import Comparison, Ratio

F = TypeVar("F", bound=Callable[..., object])


class Watching:
    """
    Monitoring by a file in a folder.

    Parameters
    ----------
    folder : str
        The folder.
    """

    sections: Mapping[str, type] = {}

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def observed(self, point: str, /) -> Callable[[F], F]:
        """Observe no calls of services: there are none."""
        return lambda function: function

    def monitor(self, service: str, configuration: object, /) -> Monitor:
        """Make the monitor."""
        sink = File(Path(self._folder, "main.log"))
        return Monitor(service, [sink], LogSettings(capture=False, format="json"))


@asynccontextmanager
async def taking(take: Take) -> AsyncIterator[None]:
    """Consume by an application that is watched."""
    with tempfile.TemporaryDirectory() as folder:
        async with _takers.application(take, Watching(folder)):
            yield


@asynccontextmanager
async def sending() -> AsyncIterator[Send]:
    """Publish by a service that is watched."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            Watching(folder).monitor("bench", None) as monitor,
            Amqp(settings(), monitor=monitor) as amqp,
        ):

            async def send(order: object) -> None:
                with monitor.incoming("order"):
                    await amqp.publish("", QUEUE, order)

            yield send


COMPARISONS = (
    Comparison(
        "take a model, validate, acknowledge, watched",
        lambda: takers(taking),
        lambda: takers(_takers.ours),
        Ratio(1.08),
        number=5_000,
        turns=7,
    ),
    Comparison(
        "publish a model, confirmed, each in an event of its own, watched",
        lambda: senders(sending),
        lambda: senders(_senders.ours),
        Ratio(1.08),
        number=5_000,
        turns=7,
    ),
)
