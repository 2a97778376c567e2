"""What a service lives in: the application, or one event."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import Context
from typing import TYPE_CHECKING, Final, Protocol, cast, final

from cordio_di._exceptions import WiringError
from cordio_di._service import Service

if TYPE_CHECKING:
    from cordio_di._settings import Configuration
    from cordio_di._slot import Slot

__all__ = ["MISSING", "Scope", "Wire", "ordered"]


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


def ordered(own: Sequence[str]) -> tuple[str, ...]:
    """Return all scopes, wide ones first.

    >>> ordered(["session"])
    ('app', 'session', 'event')
    """
    found = ("app", *own, "event")
    if isinstance(own, str) or len(set(found)) < len(found) or not all(name.isidentifier() for name in found):
        raise WiringError([f"{own!r} are no scopes: list different names, without 'app' and 'event'"])
    return found
