"""What a function or a class asks for: its parameters, read once."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from types import FunctionType

from cordio_di._annotation import ANYTHING, EMPTY, Annotation, resolve, split, written
from cordio_di._place import bare, constructor

TYPE_CHECKING = False
if TYPE_CHECKING:
    import inspect

__all__ = ["Need", "cure_of", "needs", "positional_only", "signature"]


class Need:
    """One parameter that a service may fill.

    ``fault`` says why its annotation does not resolve; ``fillable`` is False for a positional-only
    parameter and for one that a partial has filled.
    """

    __slots__ = ("annotation", "fault", "fillable", "parameter", "required")

    def __init__(
        self,
        parameter: str,
        annotation: Annotation = ANYTHING,
        required: bool = True,
        fillable: bool = True,
        fault: str | None = None,
    ) -> None:
        self.parameter, self.annotation = parameter, annotation
        self.required, self.fillable, self.fault = required, fillable, fault

    @property
    def is_open(self) -> bool:
        """Whether a service may fill it: a default is the caller's, unless a marker names a service."""
        return self.fillable and (self.required or self.annotation.name is not None)

    def __str__(self) -> str:
        """Write the parameter as it stands in the code."""
        from inspect import formatannotation

        wanted = self.annotation.type
        return self.parameter if wanted is EMPTY else f"{self.parameter}: {formatannotation(wanted)}"


def signature(target: Callable[..., object]) -> inspect.Signature:
    """Return the signature of a callable; an empty one for those that have none."""
    import inspect

    try:
        found = inspect.signature(target)
        if isinstance(target, type) and type(target).__call__ is not type.__call__ and _takes_any(found):
            _, *taken = inspect.signature(constructor(target)).parameters.values()
            return found.replace(parameters=taken)
    except (TypeError, ValueError):
        return inspect.Signature()
    return found


def _takes_any(found: inspect.Signature) -> bool:
    """Tell whether a metaclass hands on whatever it gets: then the constructor tells what that is."""
    return all(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in found.parameters.values())


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
    return tuple(
        _of_parameter(p, target, fixed) for p in found if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    )


def _of_function(target: FunctionType) -> Iterator[Need]:
    code, annotations, by_name = target.__code__, target.__annotations__, target.__kwdefaults__ or {}
    first_default = code.co_argcount - len(target.__defaults__ or ())
    for at, name in enumerate(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]):
        required = at < first_default if at < code.co_argcount else name not in by_name
        yield _need(target, name, annotations.get(name, EMPTY), required, at >= code.co_posonlyargcount)


def _of_parameter(parameter: inspect.Parameter, target: Callable[..., object], fixed: frozenset[str]) -> Need:
    fillable = parameter.kind is not parameter.POSITIONAL_ONLY and parameter.name not in fixed
    required = parameter.default is parameter.empty
    return _need(target, parameter.name, written(parameter.annotation), required, fillable)


def _need(target: object, name: str, written: object, required: bool, fillable: bool) -> Need:
    try:
        annotation = split(resolve(written, target, name))
    except Exception as error:  # an annotation is code of the user's: it may raise anything
        return Need(name, ANYTHING, required, fillable, _unresolved(name, written, error, target))
    return Need(name, annotation, required, fillable)


def cure_of(error: Exception, target: object) -> str:
    """Tell what helps an annotation that does not resolve."""
    if not isinstance(error, NameError):
        return "write it as a type"
    if "<locals>" in str(getattr(bare(target), "__qualname__", "")):
        return (
            "a type inside a function is not found by its name: define it in the module, or leave "
            "`from __future__ import annotations` out; one from elsewhere must be imported at run time"
        )
    return "import the type at run time, not only under TYPE_CHECKING"


def positional_only(need: Need) -> str:
    """Tell that no service can fill a parameter."""
    return f"the parameter '{need}' is positional-only, which no service fills: take out the `/`, or pass it"


def _unresolved(name: str, written: object, error: Exception, target: object) -> str:
    return (
        f"the annotation of the parameter {name!r}, {written!r}, does not resolve "
        f"({error}): {cure_of(error, target)}"
    )


def _fixed(target: Callable[..., object]) -> frozenset[str]:
    names: set[str] = set()
    while isinstance(target, functools.partial):
        names.update(target.keywords)
        target = target.func
    return frozenset(names)
