"""The functions of a handler's chain, compiled: each with the names that it may take."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence

from cordio_core._chain import Chain
from cordio_core._exceptions import HandlerError
from cordio_core._ring import ring
from cordio_core._step import Step, main_step, offer, selected, side_step
from cordio_core.events import Event
from cordio_core.protocols import Container

__all__ = ["compiled", "data_of"]

Handler = Callable[..., object]


def compiled(
    event: Event,
    handler: Handler,
    container: Container,
    before: Sequence[Handler],
    after: Sequence[Handler],
    around: Sequence[Handler],
) -> Chain:
    """Compile the functions of a chain.

    Parameters
    ----------
    event : Event
        The event they answer.
    handler : callable
        The handler.
    container : Container
        Where services come from.
    before : sequence of callable
        Handlers that run before it.
    after : sequence of callable
        Handlers that run after it.
    around : sequence of callable
        Generators that run around all of these.

    Returns
    -------
    Chain
        The chain, ready to be run.

    Raises
    ------
    HandlerError
        If a parameter fits nothing.
    """
    offered = _offered(before)
    main = main_step(handler, event, container, offered, is_followed=bool(after))
    names = tuple(dict.fromkeys([*event.names, *(p.name for p in main.needs.data)]))
    rings = [ring(outer, event, names, container) for outer in around]
    early, known = _sides(before, event, names, container)
    whole = Step(main.handler, main.needs, selected(main.run, (*_names(main), *main.needs.given)), main.offers)
    own = (main.offers,) if main.offers else ()
    late, _ = _sides(after, event, (*known, "response", *own), container)
    return Chain(whole if before or after or around else main, rings, early, late)


def data_of(event: Event, chain: Chain, where: str) -> Iterator[inspect.Parameter]:
    """Tell what the event's data fill; a name of the path may be another handler's of the chain.

    Parameters
    ----------
    event : Event
        The event.
    chain : Chain
        What answers it.
    where : str
        The handler and where it stands.

    Yields
    ------
    inspect.Parameter
        A parameter, those of the path first.

    Raises
    ------
    HandlerError
        If nobody takes a name of the path.
    """
    own = {parameter.name: parameter for parameter in chain.main.needs.data}
    for name in event.names:
        yield own.pop(name) if name in own else _of_others(name, event, chain, where)
    yield from own.values()


def _sides(
    handlers: Sequence[Handler], event: Event, names: tuple[str, ...], container: Container
) -> tuple[list[Step], tuple[str, ...]]:
    steps: list[Step] = []
    for handler in handlers:
        step = side_step(handler, event, names, container)
        steps.append(step)
        names = (*names, step.offers) if step.offers else names
    return steps, names


def _offered(before: Iterable[Handler]) -> frozenset[str]:
    return frozenset(name for name in (offer(handler) for handler in before) if name is not None)


def _names(step: Step) -> tuple[str, ...]:
    return tuple(parameter.name for parameter in step.needs.data)


def _of_others(name: str, event: Event, chain: Chain, where: str) -> inspect.Parameter:
    for step in chain.steps:
        for parameter in step.needs.data:
            if parameter.name == name:
                return parameter
    raise HandlerError(
        where,
        f"answers {event.name!r} but has no parameter {name!r}",
        f"add {name!r} to its parameters, or take it out of the path",
    )
