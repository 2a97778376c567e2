"""An exchange that keeps what is published, and answers as a test says."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from cordio_core._endings import CallError

__all__ = ["Called", "Emitted", "Published", "RecordingExchange"]


@dataclass(frozen=True, slots=True)
class Published:
    """A message that the application handed over.

    Parameters
    ----------
    exchange : str
        The exchange.
    key : str
        Its key.
    data : object
        What is in it.
    options : mapping of str to object
        What else was said, by name: headers, and the like.
    """

    exchange: str
    key: str
    data: object
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Called:
    """A call that the application made.

    Parameters
    ----------
    name : str
        What was called.
    data : mapping of str to object
        With which values.
    """

    name: str
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Emitted:
    """What the application emitted, whether anybody listens or not.

    Parameters
    ----------
    name : str
        The name of the event.
    data : object
        What it told.
    background : bool
        Whether its handlers run in a task.
    """

    name: str
    data: object = None
    background: bool = False


class RecordingExchange:
    """Stands in the place of the service ``amqp``: an `Exchange` without a broker.

    Attributes
    ----------
    published : list of Published
        What was handed over, in order.
    called : list of Called
        The calls, in order.

    Examples
    --------
    >>> import asyncio
    >>> exchange = RecordingExchange()
    >>> exchange.answer("price", lambda sku: {"A-1": 7}[sku])
    >>> asyncio.run(exchange.call("price", sku="A-1"))
    7
    """

    def __init__(self) -> None:
        self.published: list[Published] = []
        self.called: list[Called] = []
        self._answers: dict[str, object] = {}

    def answer(self, name: str, value: object, /) -> None:
        """Say what a call comes to.

        Parameters
        ----------
        name : str
            What is called.
        value : object
            The answer; a function that makes it of the values of the call; or an exception, which is raised.
        """
        self._answers[name] = value

    async def publish(self, exchange: str, key: str, data: object, /, **options: object) -> str:
        """Keep a message.

        Parameters
        ----------
        exchange : str
            The exchange.
        key : str
            Its key.
        data : object
            What is in it.
        **options : object
            What an exchange takes besides.

        Returns
        -------
        str
            An id of the message.
        """
        self.published.append(Published(exchange, key, data, options))
        return f"test-{len(self.published)}"

    async def call(self, name: str, /, *, timeout: str | float | None = None, **data: object) -> object:
        """Answer a call.

        Parameters
        ----------
        name : str
            What is called.
        timeout : str or float or None
            Nothing: the answer is there.
        **data : object
            The values of the call.

        Returns
        -------
        object
            The answer.

        Raises
        ------
        CallError
            If the test has said none.
        """
        self.called.append(Called(name, data))
        if name not in self._answers:
            raise CallError(name, "is called, and nobody answers in a test", "t.exchange.answer(name, value)")
        found = self._answers[name]
        if isinstance(found, BaseException):
            raise found
        if not callable(found):
            return found
        made = found(**data)
        return await made if inspect.isawaitable(made) else made

    async def health(self) -> None:
        """Be well."""

    async def __aenter__(self) -> Self:
        """Open nothing."""
        return self

    async def __aexit__(self, *error: object) -> None:
        """Close nothing."""
