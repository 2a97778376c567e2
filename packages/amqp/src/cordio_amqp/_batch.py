"""Many messages at once, each with an outcome of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from itertools import islice
from typing import TYPE_CHECKING

from cordio_amqp._exceptions import AmqpError

if TYPE_CHECKING:
    from cordio_amqp._letter import Letter

__all__ = ["BatchFailed", "published"]

_AT_ONCE = 1000


class BatchFailed(AmqpError):
    """Some messages of a batch were not confirmed.

    Parameters
    ----------
    outcomes : sequence of str or AmqpError
        For each message of the batch, in order: its id if it was confirmed, or the error that tells its end.

    Examples
    --------
    >>> print(BatchFailed(["7d0f", AmqpError("the broker is away")]))
    1 of 2 messages were not confirmed; the first one: the broker is away
    """

    def __init__(self, outcomes: Iterable[str | AmqpError]) -> None:
        self.outcomes = tuple(outcomes)
        super().__init__(self.outcomes)

    @property
    def failures(self) -> tuple[AmqpError, ...]:
        """The errors alone.

        Examples
        --------
        >>> BatchFailed(["7d0f"]).failures
        ()
        """
        return tuple(outcome for outcome in self.outcomes if isinstance(outcome, AmqpError))

    def __str__(self) -> str:
        failures = self.failures
        told = f"{len(failures)} of {len(self.outcomes)} messages were not confirmed"
        return f"{told}; the first one: {failures[0]}" if failures else told


async def published(
    letters: Iterable[Letter | AmqpError], send: Callable[[Letter], Awaitable[None]]
) -> list[str]:
    """Send messages in their order, without waiting for one confirmation before the next message.

    Parameters
    ----------
    letters : iterable of Letter or AmqpError
        The messages, or why one cannot be written; taken when it is their turn.
    send : callable
        Sends one, and returns when it is confirmed.

    Returns
    -------
    list of str
        Their ids.

    Raises
    ------
    BatchFailed
        If some were not confirmed.
    """
    outcomes: list[str | AmqpError] = []
    rest = iter(letters)
    while part := list(islice(rest, _AT_ONCE)):
        outcomes += await asyncio.gather(*(_outcome(letter, send) for letter in part))
    ids = [outcome for outcome in outcomes if isinstance(outcome, str)]
    if len(ids) < len(outcomes):
        raise BatchFailed(outcomes)
    return ids


async def _outcome(letter: Letter | AmqpError, send: Callable[[Letter], Awaitable[None]]) -> str | AmqpError:
    if isinstance(letter, AmqpError):
        return letter
    try:
        await send(letter)
    except AmqpError as failure:
        return failure
    return letter.message_id
