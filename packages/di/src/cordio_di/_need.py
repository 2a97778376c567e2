"""What a function or a class asks for: its parameters, read once."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FunctionType

from cordio_di._annotation import EMPTY, Annotation, resolve, split

__all__ = ["Need", "needs", "signature"]

_NEVER_FILLED = (
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.VAR_POSITIONAL,
    inspect.Parameter.VAR_KEYWORD,
)
_STARRED = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


@dataclass(slots=True, eq=False)
class Need:
    """One parameter that a service may fill.

    ``fault`` says why its annotation does not resolve; ``fillable`` is False for a positional-only
    parameter and for one that a partial has filled.
    """

    parameter: str
    annotation: Annotation = Annotation()
    required: bool = True
    fillable: bool = True
    fault: str | None = None

    def __str__(self) -> str:
        """Write the parameter as it stands in the code."""
        wanted = self.annotation.type
        return self.parameter if wanted is EMPTY else f"{self.parameter}: {inspect.formatannotation(wanted)}"


def signature(target: Callable[..., object]) -> inspect.Signature:
    """Return the signature of a callable; an empty one for those that have none."""
    try:
        return inspect.signature(target)
    except (TypeError, ValueError):
        return inspect.Signature()


def needs(target: Callable[..., object]) -> tuple[Need, ...]:
    """Read the parameters of a callable, but for ``*args`` and ``**kwargs``.

    >>> async def place(order_id: int, pool, retry=3): ...
    >>> [(str(need), need.required) for need in needs(place)]
    [('order_id: int', True), ('pool', True), ('retry', False)]
    """
    if type(target) is FunctionType and not target.__dict__:  # `inspect.signature` takes three times as long
        return tuple(_of_function(target))
    fixed = _fixed(target)
    found = signature(target).parameters.values()
    return tuple(_of_parameter(p, target, fixed) for p in found if p.kind not in _STARRED)


def _of_function(target: FunctionType) -> Iterator[Need]:
    code, written, by_name = target.__code__, target.__annotations__, target.__kwdefaults__ or {}
    first_default = code.co_argcount - len(target.__defaults__ or ())
    for at, name in enumerate(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]):
        required = at < first_default if at < code.co_argcount else name not in by_name
        yield _need(target, name, written.get(name, EMPTY), required, at >= code.co_posonlyargcount)


def _of_parameter(parameter: inspect.Parameter, target: Callable[..., object], fixed: frozenset[str]) -> Need:
    fillable = parameter.kind not in _NEVER_FILLED and parameter.name not in fixed
    return _need(target, parameter.name, parameter.annotation, parameter.default is EMPTY, fillable)


def _need(target: object, name: str, written: object, required: bool, fillable: bool) -> Need:
    try:
        annotation = split(resolve(written, target, name))
    except Exception as error:  # an annotation is code of the user's: it may raise anything
        return Need(name, Annotation(), required, fillable, _unresolved(name, written, error))
    return Need(name, annotation, required, fillable)


def _unresolved(name: str, written: object, error: Exception) -> str:
    return (
        f"the annotation of the parameter {name!r}, {written!r}, does not resolve "
        f"({error}): import the type at run time, not only under TYPE_CHECKING"
    )


def _fixed(target: Callable[..., object]) -> frozenset[str]:
    names: set[str] = set()
    while isinstance(target, functools.partial):
        names.update(target.keywords)
        target = target.func
    return frozenset(names)
