"""The generated code of a call that makes services for an event; `Call.run` is what it must be equal to."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cordio_di._around import around, enter, is_around, leave
from cordio_di._need import signature
from cordio_di._place import bare
from cordio_di._record import FIRST, Plan, abort, again, again_sync, awaits, finish, later, rest
from cordio_di._service import Service
from cordio_di._wire import Wire

if TYPE_CHECKING:
    from cordio_di._compile import Writer

__all__ = ["EventLines", "can_be_planned"]


def can_be_planned(services: list[Service], faked: list[Service]) -> bool:
    """Tell whether generated code can make the services that are reached: no fakes, limits, own scopes."""
    return all(
        service not in faked
        and (
            (service.lifetime == "app" and service.idle is None)
            or (service.lifetime == "event" and service.start_within == service.stop_within == math.inf)
        )
        for service in services
    )


class EventLines:
    """Writes the body of one function."""

    def __init__(self, writer: Writer, plan: Plan) -> None:
        self.writer, self.plan, self.call = writer, plan, writer.call
        self.record, self.token = writer.local("record"), writer.local("token")
        self.result, self.error = map(writer.local, ("result", "error"))
        self.locals: dict[Service, str] = {}
        self.ends: list[tuple[Service, str]] = []
        self.plan.touched = writer.name("touched", False)

    def text(self) -> list[str]:
        """Write the lines, from the objects that must be there to the end of the event."""
        sources = list(dict.fromkeys(self._app_services()))
        ready = [line for service in sources for line in self._read(service)]
        made = [line for number in range(len(self.plan.services)) for line in self._step(number)]
        passed = self.writer.passed({name: self.locals[s] for name, s in self.call.services.items()})
        return [*self._join(), *ready, *self._guard(sources), *self._body(made, passed), *self._end()]

    def _app_services(self) -> list[Service]:
        wires = (wire for service in self.plan.services for wire in self._wires(service))
        found = [*(wire.source for wire in wires), *self.call.services.values()]
        return [service for service in found if service.lifetime == "app"]

    def _wires(self, service: Service) -> tuple[Wire, ...]:
        return self.call.app.wires(service)

    def _join(self) -> list[str]:
        outer, name = self.writer.local("outer"), self.writer.name
        return [
            f"    {outer} = {name('around', around)}()",
            f"    if {outer} is not None and {name('is_around', is_around)}({outer}):",
            f"        {self.writer.run()}",
        ]

    def _read(self, service: Service) -> list[str]:
        self.locals[service] = self.writer.local(service.name)
        slot = self.writer.name(f"{service.name}_slot", self.call.app.slot(service))
        return [f"    {self.locals[service]} = {slot}.value"]

    def _guard(self, sources: list[Service]) -> list[str]:
        not_up = [f"{self.locals[service]} is {self.writer.missing}" for service in sources]
        return [f"    if {' or '.join([*not_up, self.writer.elsewhere()])}:", f"        {self.writer.run()}"]

    def _body(self, made: list[str], passed: str) -> list[str]:
        name = self.writer.name
        return [
            f"    {self.record} = {name('new_record', self.plan.blank.copy)}()",
            f"    {self.token} = {name('enter', enter)}({self.record})",
            "    try:",
            *made,
            *self.writer.called(passed, self.result),
            f"    except BaseException as {self.error}:",
            f"        {name('leave', leave)}({self.token})",
            f"        await {name('abort', abort)}({self.record}, {self.error})",
            "        raise",
            f"    {name('leave', leave)}({self.token})",
        ]

    def _step(self, number: int) -> list[str]:
        service = self.plan.services[number]
        self.locals[service] = local = self.writer.local(service.name)
        place = f"{self.record}[{FIRST + number}]"
        lines = self._made(service, local, place, f"{self.record}[{FIRST + len(self.plan.services) + number}]")
        if number == 0:
            return [f"        {line}" for line in lines]
        taken = f"{self.plan.touched} and {self.record}[0] is not None"
        late = f"{local} = {place} = await {self.writer.name('later', later)}({self.record}, {number})"
        rest_ = [f"            {line}" for line in lines]
        return [f"        if {taken}:", f"            {late}", "        else:", *rest_]

    def _made(self, service: Service, local: str, place: str, end: str) -> list[str]:
        make = f"{self.writer.name(f'make_{service.name}', service.make)}({self._arguments(service)})"
        match service.kind:
            case "coroutine":
                return [f"{local} = {place} = await {make}"]
            case "generator" | "async generator":
                generator = self.writer.local(f"{service.name}_generator")
                self.ends.append((service, generator))
                first = f"next({generator})" if service.kind == "generator" else f"await anext({generator})"
                return [f"{generator} = {make}", f"{local} = {place} = {first}", f"{end} = {generator}"]
            case "class" if hasattr(bare(service.make), "__aenter__"):
                manager = self.writer.local(f"{service.name}_manager")
                self.ends.append((service, manager))
                return [
                    f"{manager} = {make}",
                    f"{local} = await {manager}.__aenter__()",
                    f"if {local} is None:",
                    f"    {local} = {manager}",
                    f"{place}, {end} = {local}, {manager}",
                ]
        test = f"if {self.writer.name('awaits', awaits)}({local}):"
        return [f"{local} = {make}", test, f"    {local} = await {local}", f"{place} = {local}"]

    def _arguments(self, service: Service) -> str:
        wires = {wire.parameter: self._argument(service, wire) for wire in self._wires(service)}
        positional: list[str] = []
        for parameter in signature(service.make).parameters.values():
            if parameter.kind is not parameter.POSITIONAL_OR_KEYWORD or parameter.name not in wires:
                break
            positional.append(wires.pop(parameter.name))
        return ", ".join([*positional, *(f"{name}={value}" for name, value in wires.items())])

    def _argument(self, service: Service, wire: Wire) -> str:
        value = self.locals[wire.source]
        if wire.model is None:
            return value
        return f"{self.writer.name(f'{service.name}_settings', wire.read)}({value}, {service.name!r})"

    def _end(self) -> list[str]:
        name = self.writer.name
        lines = [
            f"    if {self.record}[0] is not None:",
            f"        await {name('finish', finish)}({self.record})",
            f"        return {self.result}",
            f"    {self.record}[1] = None",
        ]
        if self.ends:
            plan = name("plan", self.plan)
            lines += [f"    {self.token} = {name('enter', enter)}(({plan}, {self.record}))", "    try:"]
            for service, end in reversed(self.ends):
                lines += [
                    f"        {self.record}[0] = {self.plan.services.index(service)}",
                    *self._closed(service, end),
                ]
            lines += [f"    except BaseException as {self.error}:"]
            lines += [f"        await {name('rest', rest)}({plan}, {self.record}, {self.error})"]
            lines += ["    finally:", f"        {name('leave', leave)}({self.token})"]
        return [*lines, f"    return {self.result}"]

    def _closed(self, service: Service, end: str) -> list[str]:
        extra = self.writer.local("extra")
        if service.kind == "generator":
            twice = self.writer.name("again_sync", again_sync)
            return [f"        for {extra} in {end}:", f"            {twice}({end})"]
        if service.kind == "async generator":
            twice = self.writer.name("again", again)
            return [f"        async for {extra} in {end}:", f"            await {twice}({end})"]
        return [f"        await {end}.__aexit__(None, None, None)"]
