"""The place of one service in one scope: its object, and the life that it is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordio_di._scope import MISSING, Scope
from cordio_di._service import Service

if TYPE_CHECKING:
    from cordio_di._life import Life

__all__ = ["Slot"]


class Slot:
    """Where the object of a service is found.

    ``value`` is what users read: the fake of a test if there is one, else the service's own object, else
    ``MISSING``. ``users`` are the lives in the same scope that were made with it.
    """

    __slots__ = ("fakes", "life", "making", "own", "scope", "service", "users", "value")

    def __init__(self, service: Service, scope: Scope, fakes: list[object] | None = None) -> None:
        self.service, self.scope = service, scope
        self.own: object = MISSING
        self.fakes: list[object] = [] if fakes is None else fakes
        self.life: Life | None = None
        self.users: set[Life] = set()
        self.making = False
        self.value: object = MISSING
        self.show()

    def put(self, own: object) -> None:
        """Show a new object of the service's own, or MISSING for none."""
        self.own = own
        self.show()

    def show(self) -> None:
        """Let users read the fake, if there is one, or the service's own object."""
        self.value = self.fakes[-1] if self.fakes else self.own
