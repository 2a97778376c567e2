"""Whether an object of one type is what an annotation asks for."""

from __future__ import annotations

from collections.abc import Iterator

from cordio_di._annotation import arguments_of, is_any, is_union, origin_of

__all__ = ["fits", "is_protocol", "shapeless"]


def fits(wanted: object, given: object) -> bool | None:
    """Tell whether a service of the type `given` fits the annotation `wanted`.

    A protocol fits by its base class, or by its shape if it is ``runtime_checkable`` and has methods
    only. None means that nothing can be told: one of the two is unknown, or the protocol cannot be checked.

    >>> from cordio_di._annotation import EMPTY
    >>> fits(int, bool), fits(int, str), fits(EMPTY, str), fits(int, object)
    (True, False, None, None)
    """
    if is_any(wanted) or is_any(given):
        return None
    if wanted == given:
        return True
    if is_union(wanted):
        return _any_fits(arguments_of(wanted), given)
    origin, have = origin_of(wanted) or wanted, origin_of(given) or given
    if not isinstance(origin, type) or not isinstance(have, type):
        return None
    derived = _derives(have, origin)
    return _same_arguments(wanted, given) if derived and arguments_of(wanted) else derived


def is_protocol(annotation: object) -> bool:
    """Tell whether a type is a protocol, or another one that a class need not derive from to fit."""
    origin = origin_of(annotation) or annotation
    return hasattr(origin, "__subclasshook__") and type(origin) is not type


def _any_fits(parts: tuple[object, ...], given: object) -> bool | None:
    answers = {fits(part, given) for part in parts}
    return True if True in answers else None if None in answers else False


def _derives(have: type, origin: type) -> bool | None:
    if origin in have.__mro__:
        return True
    if getattr(origin, "_is_protocol", False) and not getattr(origin, "_is_runtime_protocol", False):
        return None
    try:
        return issubclass(have, origin)
    except TypeError:
        return None


def _same_arguments(wanted: object, given: object) -> bool | None:
    from typing import TypeVar

    origin, arguments = origin_of(wanted), arguments_of(wanted)
    for alias in _aliases(given):
        if origin_of(alias) is origin:
            found = arguments_of(alias)
            open_ = any(isinstance(argument, TypeVar) for argument in (*found, *arguments))
            return True if found == arguments else None if open_ else False
    return None


def _aliases(given: object) -> Iterator[object]:
    """Yield a type and the generic types it derives from, with their arguments filled in."""
    from typing import Generic

    yield given
    origin = origin_of(given) or given
    filled = dict(zip(getattr(origin, "__parameters__", ()), arguments_of(given), strict=False))
    for base in getattr(origin, "__orig_bases__", getattr(origin, "__bases__", ())):
        free = getattr(base, "__parameters__", ()) if origin_of(base) else ()
        if free and origin_of(base) is not Generic:
            base = base[tuple(filled.get(variable, variable) for variable in free)]
        yield from _aliases(base)


def shapeless(wanted: object) -> str:
    """Tell, behind a cure, that a protocol cannot be held against a class that does not derive from it."""
    if not is_protocol(wanted) or getattr(origin_of(wanted) or wanted, "_is_runtime_protocol", False):
        return ""
    return "; its shape cannot be told: derive the service from it, or make it @runtime_checkable"
