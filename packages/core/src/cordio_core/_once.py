"""One handler called by its name, with no source of events started: an application as an ordinary program."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import difflib
import enum
import json
from collections.abc import Callable, Sequence
from importlib.util import find_spec

from cordio_core._assembly import Assembly
from cordio_core._endings import CallError, CutError
from cordio_core._exits import Exit
from cordio_core._patience import Patience
from cordio_core._plan import Plan
from cordio_core._request import Request
from cordio_core._response import Response
from cordio_core._running import Running
from cordio_core._signals import signals
from cordio_core._waiting import line

__all__ = ["code", "finished", "narrowed", "named", "written"]

_REFUSED, _FAILED = 400, 500


def named(plans: Sequence[Plan], name: str) -> Plan:
    """Find the handler that a name means.

    Parameters
    ----------
    plans : sequence of Plan
        All that there are.
    name : str
        The name of a handler's function, alone or with its module (``home.orders.place``), or that of an event
        (``GET /orders/{order_id}``).

    Returns
    -------
    Plan
        Its plan, for the first of its events.

    Raises
    ------
    CallError
        If no handler is meant, or more than one.
    """
    found = [plan for plan in plans if name in _names(plan)]
    handlers = list(dict.fromkeys(plan.handler for plan in found))
    if len(handlers) == 1:
        return found[0]
    if not handlers:
        known = sorted({_names(plan)[0] for plan in plans})
        close = difflib.get_close_matches(name, known, 1)
        cure = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known) or 'none'}"
        raise CallError(name, "is the name of no handler", cure)
    places = " and ".join(dict.fromkeys(plan.place for plan in found))
    raise CallError(name, f"is the name of {places}", "say its module too, or name its event")


def _names(plan: Plan) -> tuple[str, ...]:
    short = str(getattr(plan.handler, "__name__", plan.handler))
    return short, f"{getattr(plan.handler, '__module__', '')}.{short}", plan.event.name


def narrowed(assembly: Assembly, plan: Plan) -> Assembly:
    """Leave of an application what one handler needs.

    Parameters
    ----------
    assembly : Assembly
        The application.
    plan : Plan
        The way of the handler.

    Returns
    -------
    Assembly
        The services that it reaches, and those of the handlers of what it may emit; no source, no root
        component.
    """
    wanted = [plan, *(each for each in assembly.plans if each.event.kind == "internal")]
    reached = tuple(dict.fromkeys(step for each in wanted for step in each.callables))
    return dataclasses.replace(assembly, entrypoints=(), works=(), asgi=None, internal=None, reached=reached)


async def finished(running: Running, plan: Plan, data: dict[str, object], grace: float) -> Response:
    """Start what a handler needs, call it, and stop again; a signal leaves it the grace time, another none.

    Parameters
    ----------
    running : Running
        The application, narrowed.
    plan : Plan
        The way of the handler.
    data : dict of str to object
        Its arguments.
    grace : float
        How long it may go on after a signal, in seconds.

    Returns
    -------
    Response
        What it answers.

    Raises
    ------
    CutError
        If it was cancelled, or runs on though it was.
    """
    patience = Patience()

    def told() -> None:
        if running.ended.is_set():
            patience.lose()
        running.stop()

    with signals(told):
        async with running:
            task = asyncio.create_task(_called(running, plan, data), name=plan.event.name)
            ended = asyncio.create_task(running.ended.wait())
            try:
                await asyncio.wait({task, ended}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                ended.cancel()
                left = await patience.ended([task, ended], grace if running.ended.is_set() else 0)
            if left:
                what = f"runs on though it was cancelled, at {line(task) or plan.place}"
                raise CutError(plan.event.name, what, "let CancelledError through")
            if task.cancelled():
                why = "a signal" if running.ended.is_set() else "what it awaits"
                raise CutError(plan.event.name, f"was cancelled by {why}", "call it again")
            return task.result()


async def _called(running: Running, plan: Plan, data: dict[str, object]) -> Response:
    with running.monitor.incoming(plan.event.name) as span:
        response = await plan.run(Request(plan.event), data)
        if response.stream is not None:  # its services are gone when the application has stopped
            whole = b"".join([piece async for piece in response.stream])
            response = dataclasses.replace(response, body=whole, stream=None)
        span.answered(response.status or "done", at=plan.code)
    return response


def code(response: Response) -> Exit:
    """Tell the exit code that an answer stands for.

    Parameters
    ----------
    response : Response
        The answer.

    Returns
    -------
    Exit
        The code.

    Examples
    --------
    >>> code(Response("done")), code(Response(status=404)), code(Response(status=500))
    (<Exit.OK: 0>, <Exit.DATA: 65>, <Exit.SOFTWARE: 70>)
    """
    status = response.status or 0
    return Exit.SOFTWARE if status >= _FAILED else Exit.DATA if status >= _REFUSED else Exit.OK


def written(response: Response) -> str:
    """Write an answer for people and for other programs.

    Parameters
    ----------
    response : Response
        The answer.

    Returns
    -------
    str
        JSON (RFC 8259), or the body where the answer has one; empty where there is nothing to tell.

    Examples
    --------
    >>> written(Response({"id": 7})), written(Response())
    ('{"id": 7}', '')
    """
    if response.body is not None:
        return response.body.decode(errors="replace")
    return "" if response.value is None else json.dumps(response.value, default=_plain(), ensure_ascii=False)


def _plain() -> Callable[[object], object]:
    if find_spec("pydantic") is not None:
        from pydantic_core import to_jsonable_python

        return to_jsonable_python
    return _record


def _record(value: object) -> object:
    """Return what JSON has for a value, where no library tells it."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, bytes | bytearray):
        return value.decode()
    if isinstance(value, set | frozenset):
        return list(value)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return value.value if isinstance(value, enum.Enum) else str(value)
