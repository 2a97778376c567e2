"""What the rooms ask of each other and of the standard library; for the reader and the type checker only."""

from __future__ import annotations

from collections.abc import Coroutine
from contextvars import Context
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from cordio_di._service import Service
    from cordio_di._slot import Slot
    from cordio_di._wire import Wire

__all__ = ["Filled", "Home", "Scope"]

R_co = TypeVar("R_co", covariant=True)


class Filled(Protocol[R_co]):
    """A handler whose services need not be given; a function at run time."""

    __name__: str

    def __call__(self, *args: object, **kwargs: object) -> Coroutine[object, None, R_co]:
        """Call the handler; services fill what is not given."""
        ...


class Home(Protocol):
    """What notes the thread in which an event loop runs now; an event loop of asyncio does it by itself.

    So ``get_ident() != home._thread_id`` tells that another loop runs here, in this thread or in another one.
    To ask for the running loop costs several times as much, a system call on Python 3.11.
    """

    _thread_id: int | None


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
