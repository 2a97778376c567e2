"""The function that stands for a handler: compiled at its first call, and again when services are added."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Iterable
from types import FunctionType
from typing import cast
from weakref import ref

from cordio_di._app_scope import AppScope

__all__ = ["Injected"]


async def _first(*args: object, **kwargs: object) -> object:
    # `_compile_and_call` is a global of each copy of this function
    return await _compile_and_call(*args, **kwargs)  # type: ignore[name-defined]  # noqa: F821  # see above


class Injected:
    """Keeps one function and exchanges its code, so that a call costs no step in between."""

    def __init__(self, handler: Callable[..., object], app: AppScope) -> None:
        self._handler, self._app = handler, app
        self._uses: dict[str, int] = {}
        self._names: dict[str, object] = {"_compile_and_call": self._compile_and_call}
        self.function = FunctionType(_first.__code__, self._names, getattr(handler, "__name__", "injected"))
        functools.update_wrapper(self.function, handler)

    def compile(self) -> None:
        """Work out what fills the parameters, and generate the code for it."""
        from cordio_di._call import Call
        from cordio_di._compile import compiled

        call = Call(self._handler, self._app)
        made = compiled(call, self._names)
        self._keep(made)
        if call.plan is not None:
            call.plan.names = self._names
        self._exchange(made)

    def _keep(self, made: FunctionType) -> None:
        """Know the names of a code as long as it runs: calls that are under way may go on with an old one."""
        from cordio_di._compile import when_over

        own, me = tuple(made.__globals__), ref(self)
        self._names.update(made.__globals__)
        for name in own:
            self._uses[name] = self._uses.get(name, 0) + 1

        def forget() -> None:
            injected = me()
            if injected is not None:
                injected._forget(own)

        when_over(made.__code__, forget)

    def _forget(self, names: Iterable[str]) -> None:
        for name in names:
            self._uses[name] -= 1
            if not self._uses[name]:
                del self._uses[name], self._names[name]

    def reset(self) -> None:
        """Forget what was worked out; the next call does it anew."""
        self._exchange(cast(FunctionType, _first))

    def _exchange(self, made: FunctionType) -> None:
        self.function.__defaults__, self.function.__kwdefaults__ = made.__defaults__, made.__kwdefaults__
        self.function.__code__ = made.__code__

    async def _compile_and_call(self, *args: object, **kwargs: object) -> object:
        self.compile()
        return await cast(Callable[..., Awaitable[object]], self.function)(*args, **kwargs)
