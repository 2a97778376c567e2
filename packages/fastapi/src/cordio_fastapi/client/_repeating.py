"""Requests that failed are sent again, where that is safe."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Protocol

from cordio_fastapi.client._answer import Answer
from cordio_fastapi.client._call import Call
from cordio_fastapi.client._exceptions import RequestError

__all__ = ["Backoff", "Course", "Repeated", "Repeating"]


class Course:
    """One call on its way through its attempts.

    Parameters
    ----------
    call : Call
        The call.
    """

    __slots__ = ("answer", "attempts", "call", "failure")

    def __init__(self, call: Call) -> None:
        self.call = call
        self.answer: Answer | None = None
        self.failure: RequestError | None = None
        self.attempts = 0


Attempt = Callable[[Course], Coroutine[object, object, None]]


class Repeating(Protocol):
    """A retry scheme: wraps an async function, as a decorator does.

    Decorators that repeat satisfy it: ``errors.service()`` of cordio-errors, ``tenacity.retry(…)``.
    Nothing comes to it but failures after which the same request may do better, and may be sent again: a
    `RequestError` whose ``passing`` is true, of an idempotent request or of one that did not arrive.

    Examples
    --------
    >>> def twice(attempt):
    ...     async def repeated(course):
    ...         try:
    ...             await attempt(course)
    ...         except RequestError:
    ...             await attempt(course)
    ...     return repeated
    >>> from cordio_fastapi.client import HttpClient
    >>> HttpClient(retry=twice)
    HttpClient()
    """

    def __call__(self, attempt: Attempt, /) -> Callable[[Course], Awaitable[object]]:
        """Return a function that calls `attempt` until it succeeds, or raises what it failed with at last.

        Parameters
        ----------
        attempt : callable
            Sends the request once.

        Returns
        -------
        callable
            An async function of the same argument.
        """
        ...


@dataclass(frozen=True, slots=True)
class Backoff:
    """The scheme that serves unless another one is given: pauses of random length that grow, up to a limit.

    A server that asks for a longer pause gets it (``Retry-After``); one that asks for more than the longest
    pause is not asked again.

    Parameters
    ----------
    attempts : int
        How many there are in all.
    first : float
        The most seconds before the second attempt; doubled for each after it.
    most : float
        The most seconds before any.

    Examples
    --------
    >>> Backoff(attempts=2).pause(1, None) <= 0.1
    True
    >>> Backoff().pause(1, 2.0), Backoff().pause(1, 60.0)
    (2.0, None)
    """

    attempts: int = 3
    first: float = 0.1
    most: float = 5.0

    def __call__(self, attempt: Attempt) -> Callable[[Course], Awaitable[object]]:
        """Return a function that repeats the attempt."""

        async def repeated(course: Course) -> None:
            for number in range(1, self.attempts):
                try:
                    return await attempt(course)
                except RequestError as error:
                    pause = self.pause(number, error.retry_after)
                    if pause is None:
                        raise
                await asyncio.sleep(pause)
            await attempt(course)

        return repeated

    def pause(self, number: int, asked: float | None) -> float | None:
        """Tell how long to wait after an attempt.

        Parameters
        ----------
        number : int
            The number of the attempt that failed, from 1.
        asked : float or None
            How many seconds the other side asks to wait.

        Returns
        -------
        float or None
            Seconds; None if it is not worth it.
        """
        if asked is not None:
            return None if asked > self.most else asked
        # Full jitter: callers that failed together are not to come back together.
        return random.uniform(0, min(self.most, self.first * 2 ** (number - 1)))


class Repeated:
    """Attempts by a scheme, which sees the failures alone that may be followed by another attempt.

    Parameters
    ----------
    send : callable
        Sends a call once.
    scheme : Repeating
        The scheme.
    """

    def __init__(self, send: Callable[[Call], Awaitable[Answer]], scheme: Repeating) -> None:
        self._send = send
        self.repeats = 0

        async def http(course: Course) -> None:
            await self._attempt(course)

        self._repeated = scheme(http)

    async def send(self, call: Call) -> Answer:
        """Send a call until it succeeds or the scheme gives up.

        Parameters
        ----------
        call : Call
            The call.

        Returns
        -------
        Answer
            The answer.

        Raises
        ------
        RequestError
            How the last attempt failed.
        """
        course = Course(call)
        await self._repeated(course)
        if course.answer is not None:
            return course.answer
        # A scheme may have passed over a failure; that there is no answer is to be told all the same.
        assert course.failure is not None
        raise course.failure

    async def _attempt(self, course: Course) -> None:
        self.repeats += course.attempts > 0
        course.attempts += 1
        try:
            course.answer = await self._send(course.call)
        except RequestError as error:
            course.failure = error
            if error.passing and (course.call.repeatable or not error.sent):
                raise
