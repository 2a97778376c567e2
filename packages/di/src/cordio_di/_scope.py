"""What a service lives in: the application, or one event."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import Context
from typing import TYPE_CHECKING, Final, Protocol, cast, final

from cordio_di._exceptions import WiringError
from cordio_di._service import Service, is_name

if TYPE_CHECKING:
    from cordio_di._settings import Configuration
    from cordio_di._slot import Slot

__all__ = ["MISSING", "Scope", "Wire", "ordered", "too_short"]


@final
class _Missing:
    __slots__ = ()

    def __repr__(self) -> str:
        return "<filled with a service>"


MISSING: Final = _Missing()


class Wire:
    """What fills one parameter of a service: another one's object, or a slice of it if that is ``config``."""

    __slots__ = ("model", "parameter", "source")

    def __init__(self, parameter: str, source: Service, model: type | None = None) -> None:
        self.parameter, self.source, self.model = parameter, source, model

    def read(self, value: object, section: str) -> object:
        """Return what the parameter gets, given the object of the source."""
        return value if self.model is None else cast("Configuration", value).slice(section, self.model)


class Scope(Protocol):
    """What a slot asks of the scope that it stands in."""

    def slot(self, service: Service, /) -> Slot:
        """Return the place of a service, in this scope or in the one around it."""
        ...

    def wires(self, service: Service, /) -> tuple[Wire, ...]:
        """Return what fills the parameters of a service; raise if something does not fit."""
        ...

    def admit(self, service: Service, /) -> None:
        """Raise if nothing may start here now."""
        ...

    def context(self) -> Context:
        """Return the context variables that a start sees."""
        ...

    def note(self, service: Service, error: BaseException, /) -> None:
        """Remember that the stop of a service failed."""
        ...

    def stopping(self) -> None:
        """Let what this task runs from now on see the scope as one that ends, if it does."""
        ...


def too_short(service: Service, source: Service, scopes: Sequence[str]) -> str | None:
    """Tell that a service would outlive what it needs, if it does; `scopes` are all, wide ones first."""
    is_same = service.lifetime == source.lifetime  # of nearly all pairs: no search for those
    if is_same or scopes.index(service.lifetime) > scopes.index(source.lifetime):
        return None
    long = "as long as the application" if service.lifetime == "app" else f"for one {service.lifetime}"
    return (
        f"{service}, lives {long} but needs {source}, which lives for one {source.lifetime}: "
        f"give {service.name!r} scope={source.lifetime!r}, or take {source.name!r} in the handler"
    )


def ordered(own: Sequence[str]) -> tuple[str, ...]:
    """Return all scopes, wide ones first.

    >>> ordered(["session"])
    ('app', 'session', 'event')
    """
    found = ("app", *own, "event")
    if isinstance(own, str) or len(set(found)) < len(found) or not all(map(is_name, found)):
        raise WiringError([f"{own!r} are no scopes: list different names, without 'app' and 'event'"])
    return found
