"""Builds layers: chooses for a function, a class or an object what goes around it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TypeVar, cast

from cordio_errors._enclose import enclose, enclose_now
from cordio_errors._exceptions import LayerError
from cordio_errors._ground import Ground
from cordio_errors._handler import async_handler
from cordio_errors._layer import Layer
from cordio_errors._life import is_method
from cordio_errors._lived import lived, lived_now, lived_stream
from cordio_errors._rule import Rule
from cordio_errors._rules import Rules
from cordio_errors._service import async_service, either, sync_service
from cordio_errors._stream import stream_handler
from cordio_errors._target import is_async, is_stream, module_of, name_of, refuse, watched
from cordio_errors._whole import layered
from cordio_errors._wrapped import has_methods, wrapped

__all__ = ["Building"]

_ONCE = "write idempotent=True, or give the rule to the services that it calls"

_RULES = "write rules=[rule(SomeError, answer=...)]"

F = TypeVar("F", bound=Callable[..., object])
T = TypeVar("T")


class Building(Ground):
    """The room where layers are put around what was given."""

    @staticmethod
    def _listed(layer: str, rules: Iterable[Rule], target: str = "a function") -> tuple[Rule, ...]:
        written: object = rules
        if not isinstance(written, Iterable):
            raise LayerError(layer, target, f"has the rules {written!r}: {_RULES}")
        rules = tuple(rules)
        for one in rules:
            if not isinstance(one, Rule):
                raise LayerError(layer, target, f"has {one!r} among its rules: {_RULES}")
        return rules

    def _handled(self, function: F, /, *, idempotent: bool, rules: tuple[Rule, ...]) -> F:
        table = self._tables.of_layer(name_of(function), rules)
        repeating = table.repeating if table is not None and not idempotent else None
        if repeating is not None:
            what = f"repeats by the rule at {repeating.origin}, and is not marked as one that may be: {_ONCE}"
            raise LayerError("handler", name_of(function), what)
        each = partial(self._handler, idempotent=idempotent, table=table)
        return cast(F, layered(function, each)) if isinstance(function, type) else each(function)

    def _handler(self, function: F, /, *, idempotent: bool, table: Rules | None) -> F:
        if idempotent or not is_stream(function):
            refuse("handler", function)
        layer = Layer("handler", name_of(function), rules=table, module=module_of(function))
        self._names.add(layer.name)
        self._handlers[layer.path] = layer
        if is_stream(function):
            rows = lived_stream(function) if is_method(function) else function
            return cast(F, stream_handler(self._flow, layer, rows, function if is_method(function) else None))
        again = Layer("service", layer.name, passes=True)
        if is_async(function):
            call = lived(function) if is_method(function) else function
            call = self._service(call, again, idempotent=True) if idempotent else call
            return cast(F, async_handler(self._flow, layer, call, function if is_method(function) else None))
        plain = watched("handler", function)
        call_now = lived_now(plain) if is_method(function) else plain
        call_now = self._service(call_now, again, idempotent=True) if idempotent else call_now
        return cast(F, enclose_now(self._flow, layer, call_now, plain if is_method(function) else None))

    def _served(self, target: T, /, sketch: Layer, *, idempotent: bool, rules: tuple[Rule, ...]) -> T:
        name = name_of(target) if callable(target) else type(target).__qualname__
        sketch = replace(sketch, rules=self._tables.of_layer(name, rules))
        each = partial(self._service, sketch=sketch, idempotent=idempotent)
        if isinstance(target, type):
            return cast(T, layered(target, each))
        if callable(target) and not has_methods(target):
            return cast(T, each(target))
        return wrapped(target, each)

    def _service(self, function: F, /, sketch: Layer, *, idempotent: bool) -> F:
        refuse("service", function)
        layer = self._named(replace(sketch, once=not idempotent), function)
        if is_async(function):
            if idempotent:
                return cast(F, async_service(self._flow, layer, self._tables, function))
            return cast(F, enclose(self._flow, layer, function))
        again = sync_service(self._tables, function) if idempotent else function
        return cast(F, either(self._flow, layer, self._tables if idempotent else None, function, again))

    def _named(self, sketch: Layer, function: Callable[..., object]) -> Layer:
        layer = replace(sketch, name=name_of(function))
        self._names.add(layer.name)
        return layer
