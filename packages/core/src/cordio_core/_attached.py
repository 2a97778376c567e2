"""Handlers as they were attached, and several of them for one event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from cordio_core._signature import place
from cordio_core.events import Event

__all__ = ["Attached", "ordered"]


@dataclass(frozen=True, slots=True)
class Attached:
    """A handler as it was attached.

    Parameters
    ----------
    event : Event
        What it answers.
    handler : callable
        The handler.
    before : tuple of callable
        The handlers that run before it.
    after : tuple of callable
        The handlers that run after it.
    around : tuple of callable
        The handlers that run around all of these.
    rules : tuple of object
        The error rules of this handler alone.
    order : int or None
        Its place among several handlers of one event.
    within : float or None
        How long its chain may take, in seconds.
    """

    event: Event
    handler: Callable[..., object]
    before: tuple[Callable[..., object], ...] = ()
    after: tuple[Callable[..., object], ...] = ()
    around: tuple[Callable[..., object], ...] = ()
    rules: tuple[object, ...] = ()
    order: int | None = None
    within: float | None = None

    def behind(self, others: Sequence[Attached]) -> Attached:
        """Return this handler with others in its chain, that run before it.

        Parameters
        ----------
        others : sequence of Attached
            They, in their order.

        Returns
        -------
        Attached
            The last of the chain, whose answer counts.
        """
        before = [step for other in others for step in (*other.before, other.handler)]
        return Attached(
            self.event,
            self.handler,
            (*before, *self.before),
            (*(step for other in others for step in other.after), *self.after),
            (*(step for other in others for step in other.around), *self.around),
            (*(rule for other in others for rule in other.rules), *self.rules),
            self.order,
            min((item.within for item in (*others, self) if item.within is not None), default=None),
        )


def ordered(attached: Iterable[Attached], problems: list[str]) -> Iterator[Attached]:
    """Put the handlers of each event in order; several of an exclusive event become one chain.

    Parameters
    ----------
    attached : iterable of Attached
        The handlers, as they were declared.
    problems : list of str
        Takes what is wrong: handlers of one exclusive event that do not say in which order they run.

    Yields
    ------
    Attached
        The handlers by event, in the order of the first of each.
    """
    by_event: dict[Event, list[Attached]] = {}
    for item in attached:
        by_event.setdefault(item.event, []).append(item)
    for event, items in by_event.items():
        problem = _unordered(items)
        if problem is not None:
            problems.append(problem)
        items.sort(key=lambda item: item.order or 0)
        is_chain = event.exclusive and problem is None
        yield from [items[-1].behind(items[:-1])] if is_chain else items


def _unordered(items: Sequence[Attached]) -> str | None:
    event, orders = items[0].event, [item.order for item in items]
    if not event.exclusive or (None not in orders and len(set(orders)) == len(orders)) or len(items) == 1:
        return None
    count = "two" if len(items) == 2 else str(len(items))
    listed = " and ".join(place(item.handler) for item in items)
    return (
        f"{event.name!r} has {count} handlers, {listed}: give each an order of its own (order=1, order=2), "
        "or another event"
    )
