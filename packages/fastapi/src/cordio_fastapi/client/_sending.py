"""The way of a call: attempts, circuit, span, redirects, wire."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager

from cordio_core.protocols import Outgoing
from cordio_fastapi.client._answer import Answer
from cordio_fastapi.client._call import Call
from cordio_fastapi.client._circuits import Circuits
from cordio_fastapi.client._exceptions import RequestError, RequestTimeout
from cordio_fastapi.client._redirects import redirected
from cordio_fastapi.client._repeating import Repeated, Repeating
from cordio_fastapi.client._settings import HttpClientSettings
from cordio_fastapi.client._wire import Wire

__all__ = ["Sending"]


class Sending:
    """Sends calls, and counts them.

    Parameters
    ----------
    settings : HttpClientSettings
        The section ``http_client``.
    wire : Wire
        The connections.
    circuits : Circuits
        Who is left alone for a while.
    span : callable
        Opens the span of an attempt by its name.
    scheme : Repeating
        How what failed is repeated.
    """

    def __init__(
        self,
        settings: HttpClientSettings,
        wire: Wire,
        circuits: Circuits,
        span: Callable[[str], AbstractContextManager[Outgoing]],
        scheme: Repeating,
    ) -> None:
        self._settings, self._wire, self._circuits, self._span = settings, wire, circuits, span
        self._repeated = Repeated(self._attempt, scheme)
        self.calls = self.failures = self.in_flight = 0

    @property
    def repeats(self) -> int:
        """How many requests were sent once more."""
        return self._repeated.repeats

    async def send(self, call: Call) -> Answer:
        """Send a call.

        Parameters
        ----------
        call : Call
            The call.

        Returns
        -------
        Answer
            An answer with a status below 400.

        Raises
        ------
        RequestError
            If it came to nothing.
        """
        self.calls += 1
        self.in_flight += 1
        try:
            return await self._in_time(call)
        except RequestError:
            self.failures += 1
            raise
        finally:
            self.in_flight -= 1

    async def _in_time(self, call: Call) -> Answer:
        timer = asyncio.timeout(call.limits.whole)
        try:
            async with timer:
                return await self._repeated.send(call)
        except TimeoutError as error:
            if isinstance(error, RequestError) or not timer.expired():
                raise
            raise RequestTimeout(call.where, f"no answer within {call.limits.whole:g} s") from None

    async def _attempt(self, call: Call) -> Answer:
        circuit = self._circuits.of(call.origin)
        if circuit is None:
            return await self._watched(call)
        trial = circuit.enter(call.where)
        try:
            answer = await self._watched(call)
        except RequestError as error:
            circuit.failed(error, trial)
            raise
        except BaseException:
            circuit.left(trial)
            raise
        circuit.succeeded(trial)
        return answer

    async def _watched(self, call: Call) -> Answer:
        with self._span(call.label) as span:
            answer = await self._followed(call, span)
            span.answered(answer.status)
            if (refused := answer.refused()) is not None:
                raise refused
            return answer

    async def _followed(self, call: Call, span: Outgoing) -> Answer:
        left = self._settings.redirects
        while True:
            answer = await self._wire.send(call, span.headers)
            following = redirected(call, answer, left, self._settings.hosts)
            if following is None:
                return answer
            call, left = following, left - 1
