"""What fills the parameters of a service, and from which scopes."""

from __future__ import annotations

from collections.abc import Sequence

from cordio_di._exceptions import WiringError
from cordio_di._service import Service, is_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

__all__ = ["MISSING", "Wire", "ordered", "too_short"]


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
        if self.model is None:
            return value
        found: object = value.slice(section, self.model)  # type: ignore[attr-defined]  # as `Configuration`
        return found


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
