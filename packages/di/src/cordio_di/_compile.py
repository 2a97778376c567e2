"""The quick way to call a handler: a function with the handler's own parameters, generated once.

It does what `Call.run` does, and hands over to it whenever a service is not up or an event scope is needed.
The source is kept in `linecache`, so that tracebacks show it.
"""

from __future__ import annotations

import inspect
import linecache
from itertools import count
from types import FunctionType

from cordio_di._call import Call
from cordio_di._scope import MISSING

__all__ = ["compiled", "source"]

_number = count(1)
_OPEN: dict[object, str] = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
_AFTER_STAR = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_POSITIONAL)


def compiled(call: Call) -> FunctionType:
    """Return the generated function; whoever takes its code must take its globals too."""
    text, namespace = source(call)
    file = f"<cordio_di {getattr(call.handler, '__qualname__', 'handler')} {next(_number)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    exec(compile(text, file, "exec"), namespace)
    made = namespace["injected"]
    assert isinstance(made, FunctionType)
    return made


def source(call: Call) -> tuple[str, dict[str, object]]:
    """Return the source of the function ``injected``, and the names that it uses."""
    writer = _Writer(call)
    return writer.text(), writer.names


class _Writer:
    def __init__(self, call: Call) -> None:
        self.call = call
        self.parameters = tuple(call.signature.parameters.values())
        self._taken = set(call.signature.parameters)
        self.names: dict[str, object] = {}
        self.missing = self._name("MISSING", MISSING)

    def text(self) -> str:
        """Write the whole function."""
        lines = [f"async def injected({self._head()}):"]
        if self.call.is_direct:
            lines += self._filled()
            lines.append(f"    return await {self._name('handler', self.call.handler)}({self._passed()})")
        else:
            lines.append(f"    {self._run()}")
        return "\n".join(lines) + "\n"

    def _name(self, wish: str, value: object) -> str:
        """Make `value` known under a name that no parameter has."""
        while wish in self._taken:
            wish += "_"
        self._taken.add(wish)
        self.names[wish] = value
        return wish

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
        if self._is_open(parameter) or self._is_behind(parameter):
            return f"{parameter.name}={self.missing}"
        if parameter.default is parameter.empty:
            return parameter.name
        return f"{parameter.name}={self._name(f'{parameter.name}_default', parameter.default)}"

    def _is_open(self, parameter: inspect.Parameter) -> bool:
        """Tell whether the caller may leave a parameter to a service."""
        return parameter.name in self.call.services or parameter.name in self.call.faults

    def _is_behind(self, parameter: inspect.Parameter) -> bool:
        """Tell whether the caller must give a parameter that stands behind one of a service."""
        if parameter.kind is not parameter.POSITIONAL_OR_KEYWORD or parameter.default is not parameter.empty:
            return False
        before = self.parameters[: self.parameters.index(parameter)]
        return not self._is_open(parameter) and any(self._is_open(other) for other in before)

    def _filled(self) -> list[str]:
        lines: list[str] = []
        for name, service in self.call.services.items():
            slot = self._name(f"{name}_slot", self.call.app.slot(service))
            lines += [f"    if {name} is {self.missing}:", f"        {name} = {slot}.value"]
        left = [*self.call.services, *(p.name for p in self.parameters if self._is_behind(p))]
        if left:
            lines.append(f"    if {' or '.join(f'{name} is {self.missing}' for name in left)}:")
            lines.append(f"        {self._run()}")
        return lines

    def _run(self) -> str:
        given = ", ".join(f"{p.name!r}: {p.name}" for p in self.parameters)
        return f"return await {self._name('run', self.call.run)}({{{given}}})"

    def _passed(self) -> str:
        """Write the arguments of the handler's own call."""
        named = {p.name: f"{p.name}={p.name}" for p in self.parameters if p.kind is p.KEYWORD_ONLY}
        return ", ".join(_OPEN.get(p.kind, "") + named.get(p.name, p.name) for p in self.parameters)
