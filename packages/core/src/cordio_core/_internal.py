"""The entrypoint of what happens inside the application: what its code emits, its start and its stop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType

from cordio_core._exceptions import PartError, StartError
from cordio_core._plan import Plan
from cordio_core._request import Request
from cordio_core._response import Response
from cordio_core.data import Payload, converters
from cordio_core.events import Event, InternalEvent, started, stopping
from cordio_core.protocols import Converter, Incoming, Monitor, Runtime

__all__ = ["Internal"]

_FAILED = 500
_Listener = tuple[Plan, Payload, str]


class _Request(Request):
    """The request of an internal event; what such a one never has is made when somebody asks for it."""

    def __init__(self, event: Event, trace: str) -> None:
        self.event, self.trace = event, trace

    @cached_property
    def path(self) -> Mapping[str, str]:  # type: ignore[override]  # made at the first use
        """Nothing."""
        return {}

    @cached_property
    def query(self) -> Mapping[str, str]:  # type: ignore[override]  # as path
        """Nothing."""
        return {}

    @cached_property
    def headers(self) -> Mapping[str, str]:  # type: ignore[override]  # as path
        """Nothing."""
        return {}


class Internal:
    """Runs the handlers of what is emitted, and of the application's start and stop.

    Parameters
    ----------
    own : sequence of Converter
        Who makes values of the types that handlers want, before those that are there anyway.

    Examples
    --------
    >>> Internal().kind
    'internal'
    """

    kind = "internal"
    sections: Mapping[str, type] = MappingProxyType({})
    addresses: Sequence[str] = ()

    def __init__(self, own: Sequence[Converter] = ()) -> None:
        self._converters = own
        self._emitted: dict[str, list[_Listener]] = {}
        self._own: dict[Event, list[Plan]] = {}

    def attach(self, plans: Sequence[Plan], /) -> None:
        """Take the plans to run.

        Parameters
        ----------
        plans : sequence of Plan
            Plans for internal events; those of one event run in this order.

        Raises
        ------
        StartError
            If nobody knows the type of a parameter, or a handler of the start or the stop wants data.
        """
        known = converters(self._converters)
        for plan in plans:
            if isinstance(plan.event, InternalEvent) and plan.event.emits:
                reader = Payload(plan.place, plan.data, known)
                self._emitted.setdefault(plan.event.emits, []).append((plan, reader, plan.event.name))
            else:
                _refuse_data(plan)
                self._own.setdefault(plan.event, []).append(plan)

    async def start(self, runtime: Runtime, /) -> None:
        """Listen: nothing is opened for that."""

    async def stop(self, within: float, /) -> None:
        """Stop nothing: what is emitted ends with who emits it."""

    def hears(self, name: str) -> bool:
        """Tell whether a handler listens to what is emitted under a name.

        Parameters
        ----------
        name : str
            The name.

        Returns
        -------
        bool
            Whether one does.
        """
        return name in self._emitted

    async def emit(self, monitor: Monitor, name: str, payload: object) -> tuple[Response, ...]:
        """Run the handlers of what is emitted, one after the other.

        Parameters
        ----------
        monitor : Monitor
            Where their spans go.
        name : str
            A name that is heard.
        payload : object
            What it tells: plain data, or a value of the type that its handlers want.

        Returns
        -------
        tuple of Response
            What each of them came to.

        Raises
        ------
        DataError
            If the payload does not fit one of them; then none was run.
        """
        listeners = self._emitted[name]
        if len(listeners) == 1:  # the usual case
            ((plan, reader, name),) = listeners
            data = reader.read(payload)
            with monitor.incoming(name) as span:
                response = await plan.run(_Request(plan.event, span.trace_id), data)
                span.answered(response.status or "done", at=plan.code)
            return (response,)
        read = [(reader.read(payload), plan, name) for plan, reader, name in listeners]
        answers = []
        for data, plan, name in read:
            with monitor.incoming(name) as span:
                answers.append(await _answered(span, plan, data))
        return tuple(answers)

    def handed(self, monitor: Monitor, name: str, payload: object) -> Callable[[], Awaitable[None]]:
        """Return what runs the handlers of what is emitted, later and somewhere else.

        Their spans are made here, so that they belong to the trace of the event around.

        Parameters
        ----------
        monitor : Monitor
            Where their spans go.
        name : str
            A name that is heard.
        payload : object
            What it tells.

        Returns
        -------
        callable
            Runs them, one after the other.

        Raises
        ------
        DataError
            If the payload does not fit one of them.
        """
        read = [(reader.read(payload), plan, name) for plan, reader, name in self._emitted[name]]
        ready = [(monitor.incoming(name), plan, data) for data, plan, name in read]

        async def run() -> None:
            for opened, plan, data in ready:
                with opened as span:
                    await _answered(span, plan, data)

        return run

    async def begun(self, monitor: Monitor) -> None:
        """Tell the handlers of the start; the first that fails ends it.

        Parameters
        ----------
        monitor : Monitor
            Where their spans go.

        Raises
        ------
        StartError
            If a handler fails, and no rule makes that good.
        """
        for plan in self._own.get(started, ()):
            response = await _run(monitor, plan, {})
            if (response.status or 0) >= _FAILED:
                raise StartError("the application", [f"{plan.place} failed: its record says why"])

    async def ending(self, monitor: Monitor) -> None:
        """Tell the handlers of the stop, all of them, whatever fails.

        Parameters
        ----------
        monitor : Monitor
            Where their spans go.

        Raises
        ------
        PartError
            If some have failed, and no rule makes that good.
        """
        failed = []
        for plan in self._own.get(stopping, ()):
            response = await _run(monitor, plan, {})
            if (response.status or 0) >= _FAILED:
                failed.append(plan.place)
        if failed:
            raise PartError("the stop", f"failed in {' and '.join(failed)}", "see what its record says")


async def _run(monitor: Monitor, plan: Plan, data: dict[str, object]) -> Response:
    with monitor.incoming(plan.event.name) as span:
        return await _answered(span, plan, data)


async def _answered(span: Incoming, plan: Plan, data: dict[str, object]) -> Response:
    response = await plan.run(_Request(plan.event, span.trace_id), data)
    span.answered(response.status or "done", at=plan.code)
    return response


def _refuse_data(plan: Plan) -> None:
    wanted = [parameter.name for parameter in plan.data if parameter.default is parameter.empty]
    if wanted:
        raise StartError(
            "internal",
            [
                f"{plan.place} wants {', '.join(map(repr, wanted))}, but {plan.event.name!r} brings no data: "
                "give it a default, or register a service of that name"
            ],
        )
