"""One call of a handler in a test: which is meant, and its way."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cordio_core._chain import Data
from cordio_core._endings import CallError
from cordio_core._exceptions import CoreError
from cordio_core._once import named
from cordio_core._plan import Plan
from cordio_core._request import Request
from cordio_core._response import Response
from cordio_core._running import Running
from cordio_core._signature import callee, place
from cordio_core.events import Event

__all__ = ["answered", "found"]

_CLOSED = ("new", "starting", "stopping", "over")


def found(plans: Sequence[Plan], target: Event | Callable[..., object] | str) -> Plan:
    """Find what a test means.

    Parameters
    ----------
    plans : sequence of Plan
        All that there are.
    target : Event or callable or str
        An event, a handler, or the name of one of them.

    Returns
    -------
    Plan
        Its plan; of a handler that for the first of its events.

    Raises
    ------
    CallError
        If there is none, or the event has several handlers.
    """
    if isinstance(target, str):
        return named(plans, target)
    if not isinstance(target, Event):
        return _of_handler(plans, callee(target))
    matching = [plan for plan in plans if plan.event == target]
    if len(matching) == 1:
        return matching[0]
    if not matching:
        raise CallError(target.name, "is no event of the application", "attach a handler with @app.on(...)")
    places = " and ".join(plan.place for plan in matching)
    raise CallError(target.name, f"is the event of {places}", "call one of the handlers")


def _of_handler(plans: Sequence[Plan], handler: Callable[..., object]) -> Plan:
    for plan in plans:
        if plan.handler == handler:
            return plan
    raise CallError(place(handler), "is no handler of the application", "attach it with @app.on(...)")


async def answered(running: Running, plan: Plan, request: Request, data: Data) -> Response:
    """Let an event go its way, counted and with a span, as an entrypoint does.

    Parameters
    ----------
    running : Running
        The application.
    plan : Plan
        The way.
    request : Request
        The event.
    data : mapping or callable
        Its data, as `Plan.run` takes them.

    Returns
    -------
    Response
        What it came to.

    Raises
    ------
    CoreError
        If the application is not up.
    """
    if running.phase in _CLOSED:
        raise CoreError(f"{running.name} is {running.phase}: call inside of async with app.testing()")
    running.recall()
    incoming = running.monitor.incoming(plan.event.name, headers=request.headers or None)
    with running.tally(plan.event.kind), incoming as span:
        request.trace = span.trace_id
        response = await plan.run(request, data)
        span.answered(response.status or "done", at=plan.code)
    return response
