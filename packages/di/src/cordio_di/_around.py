"""Which scope the running code is in."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeAlias, cast

if TYPE_CHECKING:
    from cordio_di._app_scope import AppScope
    from cordio_di._record import Plan
    from cordio_di._service_scope import ServiceScope

__all__ = ["CURRENT", "around", "current", "enter", "innermost", "is_around", "leave"]

Found: TypeAlias = "ServiceScope | list[object] | tuple[Plan, list[object]] | None"

CURRENT: ContextVar[Found] = ContextVar("cordio_di.scope", default=None)
around, enter, leave = CURRENT.get, CURRENT.set, CURRENT.reset


def is_around(found: Found) -> bool:
    """Tell whether what stands in the context may be open."""
    return not isinstance(found, list) or found[1] is not None


def innermost() -> ServiceScope | None:
    """Return the scope around the running code; one of a generated call is made out of its record."""
    found = CURRENT.get()
    if isinstance(found, tuple):  # its services are being closed
        plan, record = found
        return plan.ending(record)
    if isinstance(found, list):
        making = cast("Plan | None", found[1])
        return None if making is None else making.scope(found)
    return found


def current(app: AppScope) -> ServiceScope | None:
    """Return the open scope around the running code; None if there is none of this application."""
    scope = innermost()
    while scope is not None and not (scope.app.root is app.root and scope.is_open):
        scope = scope.outer
    return scope
