"""The plan of a handler in words: what fills each parameter, its chain, its layers."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from cordio_core._exceptions import CoreError
from cordio_core._ground import Ground
from cordio_core._signature import callee, place

if TYPE_CHECKING:
    from cordio_core._plan import Plan
    from cordio_core._step import Step

__all__ = ["Explaining"]


class Explaining(Ground):
    """The room of an application that tells what will happen."""

    def explain(self, handler: Callable[..., object], /) -> str:
        """Tell the plan of a handler: for each event its chain, and what fills each parameter.

        Parameters
        ----------
        handler : callable
            A handler of the application.

        Returns
        -------
        str
            The plan, of several lines.

        Raises
        ------
        CoreError
            If the function is no handler.
        StartError
            If the application cannot start.

        Examples
        --------
        >>> from cordio_core import App, emitted
        >>> app = App("orders")
        >>> @app.on(emitted("order.placed"))
        ... async def greet(order_id: int, limit: int = 5) -> str: ...
        >>> print(app.explain(greet).partition(" (")[0])
        emitted order.placed -> greet
        """
        wanted = callee(handler)
        found = [plan for plan in self._assembled().plans if plan.handler == wanted]
        if not found:
            raise CoreError(f"{place(wanted)} is no handler of {self.name}: attach it with @app.on(...)")
        return "\n".join(line for plan in found for line in _lines(plan))


def _lines(plan: Plan) -> Iterator[str]:
    yield f"{plan.event.name} -> {plan.place}"
    count = len(plan.rules)
    yield f"  layer: handler, {count} rule{'' if count == 1 else 's'} of its own"
    chain = plan.chain
    if chain.within is not None:
        yield f"  limit: {chain.within:g} s"
    for role, steps in (
        ("around", [ring.step for ring in chain.rings]),
        ("before", chain.before),
        ("handler", [chain.main]),
        ("after", chain.after),
    ):
        for step in steps:
            yield f"  {role}: {place(step.handler)}"
            yield from _filled(plan, step)
    if chain.opened is not None:
        yield "  the chain shares the services of one event"


def _filled(plan: Plan, step: Step) -> Iterator[str]:
    data = {parameter.name for parameter in step.needs.data}
    for name in inspect.signature(step.handler).parameters:
        yield f"    {name}: {_source(name, plan, step, data)}"


def _source(name: str, plan: Plan, step: Step, data: set[str]) -> str:
    if name in step.needs.request:
        return "the request"
    if name in plan.event.names:
        return "the path"
    if name in step.needs.given or (name in data and name not in _names(plan)):
        return "the response" if name == "response" else "what an earlier handler returned"
    return "the data of the event" if name in data else "a service"


def _names(plan: Plan) -> set[str]:
    return {parameter.name for parameter in plan.data}
