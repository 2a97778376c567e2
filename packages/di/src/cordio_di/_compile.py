"""The quick way to call a handler: a function with the handler's own parameters, generated once.

It does what `Call.run` does, and hands over to it whenever a service is not up, another scope is around, or
the caller gives what a service would fill. The source is kept in `linecache`, so that tracebacks show it.
"""

from __future__ import annotations

import inspect
import linecache
from _thread import get_ident
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from types import CodeType, FunctionType
from weakref import ref

from cordio_di._call import Call
from cordio_di._compile_event import EventLines
from cordio_di._place import is_async
from cordio_di._record import awaits
from cordio_di._wire import MISSING

__all__ = ["Writer", "compiled", "source", "when_over"]

_number = count(1)
_living: dict[int, ref[CodeType]] = {}
_OPEN: dict[object, str] = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
_AFTER_STAR = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_POSITIONAL)


def compiled(call: Call, known: Mapping[str, object] | None = None) -> FunctionType:
    """Return the generated function; whoever takes its code must take its globals too.

    What is `known` already keeps its name, since calls that are under way go on using it. The source is
    forgotten when nothing runs the code any more.
    """
    text, namespace = source(call, known)
    file = f"<cordio_di {getattr(call.handler, '__qualname__', 'handler')} {next(_number)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    exec(compile(text, file, "exec"), namespace)
    made = namespace.pop("injected")
    assert isinstance(made, FunctionType)
    when_over(made.__code__, lambda: linecache.cache.pop(file, None))
    return made


def when_over(code: CodeType, then: Callable[[], object]) -> None:
    """Call `then` when a code is no function's any more, and no call of it is under way."""

    def over(found: ref[CodeType]) -> None:
        del _living[id(found)]
        then()

    watch = ref(code, over)
    _living[id(watch)] = watch  # not a set: references to codes that are alike are equal


def source(call: Call, known: Mapping[str, object] | None = None) -> tuple[str, dict[str, object]]:
    """Return the source of the function ``injected``, and the names that it uses."""
    writer = Writer(call, known or {})
    return writer.text(), writer.names


class Writer:
    """Writes the function for one call."""

    def __init__(self, call: Call, known: Mapping[str, object]) -> None:
        self.call = call
        self.parameters = tuple(call.signature.parameters.values())
        self._taken = {*call.signature.parameters, "next", "anext", "BaseException", "injected"}
        self.names: dict[str, object] = {}
        self._known = known
        self._run = call.run
        self.missing = self.name("MISSING", MISSING)
        self._behind = dict.fromkeys(self._found_behind())

    def text(self) -> str:
        """Write the whole function."""
        lines = [f"async def injected({self._head()}):"]
        if self.call.is_direct:
            lines += self._filled() + self._direct()
        elif self.call.plan is not None:
            lines += self._given() + EventLines(self, self.call.plan).text()
        else:
            lines.append(f"    {self.run()}")
        return "\n".join(lines) + "\n"

    def name(self, wish: str, value: object) -> str:
        """Make `value` known under a name that no parameter, local or other value has."""
        wish = wish if wish.isidentifier() else "service"
        while wish in self._taken or any(
            names.get(wish, value) is not value for names in (self.names, self._known)
        ):
            wish += "_"
        self.names[wish] = value
        return wish

    def local(self, wish: str) -> str:
        """Return a name for a local variable."""
        wish = wish if wish.isidentifier() else "service"
        while wish in self._taken or wish in self.names or wish in self._known:
            wish += "_"
        self._taken.add(wish)
        return wish

    def run(self) -> str:
        """Write the way out, to the plain call."""
        given = ", ".join(f"{p.name!r}: {p.name}" for p in self.parameters)
        return f"return await {self.name('run', self._run)}({{{given}}})"

    def elsewhere(self) -> str:
        """Write the question whether another event loop runs than that of the container."""
        return f"{self.name('get_ident', get_ident)}() != {self.name('app', self.call.app)}.home._thread_id"

    def passed(self, instead: Mapping[str, str]) -> str:
        """Write the arguments of the handler's own call; some parameters stand in other variables."""
        values = {p.name: instead.get(p.name, p.name) for p in self.parameters}
        named = {p.name: f"{p.name}={values[p.name]}" for p in self.parameters if p.kind is p.KEYWORD_ONLY}
        return ", ".join(_OPEN.get(p.kind, "") + named.get(p.name, values[p.name]) for p in self.parameters)

    def called(self, passed: str, result: str) -> list[str]:
        """Write the call of the handler, two levels deep."""
        call = f"{self.name('handler', self.call.handler)}({passed})"
        if is_async(self.call.handler):
            return [f"        {result} = await {call}"]
        test = f"        if {self.name('awaits', awaits)}({result}):"
        return [f"        {result} = {call}", test, f"            {result} = await {result}"]

    def _direct(self) -> list[str]:
        result = self.local("result")
        held = [self.name(f"{s.name}_slot", self.call.app.slot(s)) for s in self.call.held]
        call = f"{self.name('handler', self.call.handler)}({self.passed({})})"
        if is_async(self.call.handler) and not held:
            return [f"    return await {call}"]
        lines = [*(f"    {slot}.taken += 1" for slot in held), "    try:"]
        lines += [*self.called(self.passed({}), result), f"        return {result}", "    finally:"]
        lines += [f"        {slot}.released += 1" for slot in held]
        return lines if held else [line[4:] for line in lines[1:-1]]

    def _given(self) -> list[str]:
        """Write the way out for what the caller gives, or must give and does not."""
        given = [f"{name} is not {self.missing}" for name in self.call.services]
        left = [f"{name} is {self.missing}" for name in self._behind]
        return [f"    if {' or '.join([*given, *left])}:", f"        {self.run()}"]

    def _head(self) -> str:
        """Write the parameters; a default may not be followed by none, so MISSING stands there too."""
        parts: list[str] = []
        previous = None
        for parameter in self.parameters:
            if previous is parameter.POSITIONAL_ONLY and parameter.kind is not previous:
                parts.append("/")
            if parameter.kind is parameter.KEYWORD_ONLY and previous not in _AFTER_STAR:
                parts.append("*")
            parts.append(self._parameter(parameter))
            previous = parameter.kind
        return ", ".join([*parts, "/"] if previous is inspect.Parameter.POSITIONAL_ONLY else parts)

    def _parameter(self, parameter: inspect.Parameter) -> str:
        if parameter.kind in _OPEN:
            return _OPEN[parameter.kind] + parameter.name
        if self._is_open(parameter) or parameter.name in self._behind:
            return f"{parameter.name}={self.missing}"
        if parameter.default is parameter.empty:
            return parameter.name
        return f"{parameter.name}={self.name(f'{parameter.name}_default', parameter.default)}"

    def _is_open(self, parameter: inspect.Parameter) -> bool:
        """Tell whether the caller may leave a parameter to a service."""
        return parameter.name in self.call.services or parameter.name in self.call.faults

    def _found_behind(self) -> Iterator[str]:
        """Yield the parameters that the caller must give although they stand behind one of a service."""
        is_behind = False
        for parameter in self.parameters:
            is_open, is_plain = self._is_open(parameter), parameter.kind is parameter.POSITIONAL_OR_KEYWORD
            if is_behind and is_plain and not is_open and parameter.default is parameter.empty:
                yield parameter.name
            is_behind = is_behind or is_open

    def _filled(self) -> list[str]:
        lines = self._elsewhere() if self.call.services else []
        for name, service in self.call.services.items():
            slot = self.name(f"{service.name}_slot", self.call.app.slot(service))
            lines += [f"    if {name} is {self.missing}:", f"        {name} = {slot}.value"]
        left = [f"{name} is {self.missing}" for name in [*self.call.services, *self._behind]]
        return [*lines, f"    if {' or '.join(left)}:", f"        {self.run()}"] if left else []

    def _elsewhere(self) -> list[str]:
        return [f"    if {self.elsewhere()}:", f"        {self.run()}"]
